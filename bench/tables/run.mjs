/**
 * Measures vaekit beside CTGAN's TVAE and SDV's TVAESynthesizer on tables: `npm run bench:tables -- --help`.
 *
 * Each trains in a process of its own, one after the other, round by round (a round's number is the
 * seed), and draws as many rows as the table has. SDMetrics scores the rows of all.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commonOptions, log, refuse, roundsAsked } from '../options.mjs';
import { findPython } from '../peers/python.mjs';
import { fillIn } from '../readme.mjs';
import { contestants } from './contestants.mjs';
import { run } from './process.mjs';
import { tableOf } from './table.mjs';

const HELP = `Measures VAEs of tables in vaekit and in its peers.

Usage: npm run bench:tables -- [options]

  --rounds N     interleaved rounds, each with a seed of its own (default 3; 0 measures nothing)
  --table NAME   only this table; may be repeated
  --only NAME    only contestants whose name contains NAME; may be repeated
  --add          add to the rounds of earlier runs instead of replacing them
  --readme       write the table into docs/tables.md
  --help         print this

Needs a Python with ctgan, sdv, sdmetrics and scikit-learn: python3, or one that VAEKIT_PYTHON names.
Tables and rows lie in bench/results/tables, results in bench/results/tables.json.
`;

/** Tables, and the epochs that all are trained for: few for the one that takes a peer minutes each. */
const epochs = { wine: 300, breast_cancer: 300, diabetes: 300, penguins: 300, made: 10 };

const results = fileURLToPath(new URL('../results/', import.meta.url));
const folder = `${results}tables/`;
const peers = fileURLToPath(new URL('../peers/tables.py', import.meta.url));

const { values: options } = parseArgs({
  options: {
    ...commonOptions('3'),
    table: { type: 'string', multiple: true },
    only: { type: 'string', multiple: true },
    add: { type: 'boolean', default: false },
  },
});
const rounds = roundsAsked(HELP, options);

/**
 * One training.
 * @typedef {object} Measured
 * @property {string} table
 * @property {string} contestant
 * @property {number} seed
 * @property {number} epochs
 * @property {number} trainSeconds of `fit`, of a table that was read before
 * @property {number} seconds of the whole process
 * @property {number} peakMemory bytes resident of the process that trains
 * @property {Score} all the score over all pairs of columns
 * @property {Score} report the score of SDMetrics' report, which leaves out pairs that hardly depend
 *   on one another
 *
 * @typedef {{ overall: number, shapes: number, pairs: number }} Score
 */

/** @returns {Measured[]} */
const readMeasured = () =>
  existsSync(`${results}tables.json`)
    ? JSON.parse(readFileSync(`${results}tables.json`, 'utf8'))
    : [];

/** @param {Measured[]} measured */
const writeMeasured = (measured) =>
  writeFileSync(`${results}tables.json`, `${JSON.stringify(measured, null, 1)}\n`);

/** @param {string} python */
async function writeTables(python) {
  if (existsSync(`${folder}made.csv`)) return;
  const penguins = new URL('../data/penguins.json', import.meta.resolve('vega-datasets'));
  await run(python, [peers, 'write', folder, fileURLToPath(penguins)]);
}

/**
 * SDMetrics' scores of the rows that a contestant drew.
 * @param {string} python
 * @param {string} table
 * @param {string} rows
 * @returns {Promise<Pick<Measured, 'all' | 'report'>>}
 */
async function scoresOf(python, table, rows) {
  const { text } = await run(python, [peers, 'score', table, rows]);
  const [report, all] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ overall, shapes, pairs }) => ({ overall, shapes, pairs }));
  if (!report || !all) throw new Error(`no scores in: ${text}`);
  return { all, report };
}

/** @param {string} python */
async function measureAll(python) {
  const asked = Object.entries(epochs).filter(([name]) => options.table?.includes(name) ?? true);
  if (asked.length === 0) refuse(`--table: there are ${Object.keys(epochs).join(', ')}.`);
  const running = contestants({ python, peers, folder }).filter(
    ({ name }) => options.only?.some((part) => name.includes(part)) ?? true,
  );
  if (running.length === 0) refuse('--only: no contestant has that name.');
  const isAsked = (/** @type {Measured} */ { table, contestant }) =>
    asked.some(([name]) => name === table) && running.some(({ name }) => name === contestant);
  const kept = readMeasured().filter((each) => options.add || !isAsked(each));
  for (let round = 0; round < rounds; round++) {
    for (const [table, count] of asked) {
      for (const { name, train } of running) {
        const earlier = kept.filter((each) => each.table === table && each.contestant === name);
        const seed = earlier.length;
        const rows = `${folder}${table}.${name}.${seed}.csv`;
        const trained = await train({ table, epochs: count, seed, rows });
        const scores = await scoresOf(python, `${folder}${table}.csv`, rows);
        kept.push({ table, contestant: name, seed, epochs: count, ...trained, ...scores });
        writeMeasured(kept);
        log(JSON.stringify(kept.at(-1)));
      }
    }
  }
}

mkdirSync(folder, { recursive: true });
if (rounds > 0) {
  const found = findPython(['ctgan', 'sdv', 'sdmetrics', 'sklearn']);
  if ('reason' in found) refuse(found.reason);
  await writeTables(found.python);
  await measureAll(found.python);
}
const table = tableOf(readMeasured());
if (options.readme) fillIn('docs/tables.md', 'bench:tables', table);
process.stdout.write(`${table}\n`);

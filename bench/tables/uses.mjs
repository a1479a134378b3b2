/**
 * Options, tables and results that benchmarks of uses of tables share.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from '../measure.mjs';
import { commonOptions, log, refuse, roundsAsked } from '../options.mjs';
import { findPython } from '../peers/python.mjs';
import { fillIn } from '../readme.mjs';
import { markdown } from '../table.mjs';

/**
 * Scores of one contestant on one table with one seed.
 * @typedef {{ work: string, contestant: string, seed: number, [figure: string]: string | number }} Reached
 */

const results = fileURLToPath(new URL('../results/', import.meta.url));
const main = fileURLToPath(new URL('../../dist/bin/vaekit.js', import.meta.url));

/** @param {string} name of a script of `bench/peers` */
export const peer = (name) => fileURLToPath(new URL(`../peers/${name}`, import.meta.url));

/**
 * The arguments of Node for the command line.
 * @param {string[]} args
 */
export const vaekit = (...args) => [main, ...args];

/** @param {string} text lines of JSON */
export const lines = (text) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/**
 * Measures, keeps the results in `bench/results`, and prints or writes a table of medians.
 * @param {object} bench
 * @param {string} bench.name of the results, of the script in package.json and of the marks in docs/scores-and-gaps.md
 * @param {string} bench.help
 * @param {string[]} bench.modules that Python needs
 * @param {readonly (readonly [heading: string, figure: string])[]} bench.figures
 * @param {(python: string, folder: string, seeds: number) => AsyncIterable<Reached>} bench.measure
 */
export async function measureUse({ name, help, modules, figures, measure }) {
  const { values: options } = parseArgs({ options: commonOptions('3') });
  const seeds = roundsAsked(help, options);
  const file = `${results}${name}.json`;
  const folder = `${results}${name}/`;
  mkdirSync(folder, { recursive: true });
  if (seeds > 0) {
    const found = findPython(modules);
    if ('reason' in found) refuse(found.reason);
    /** @type {Reached[]} */
    const reached = [];
    for await (const each of measure(found.python, folder, seeds)) {
      log(JSON.stringify(each));
      reached.push(each);
      writeFileSync(file, `${JSON.stringify(reached, null, 1)}\n`);
    }
  }
  const table = existsSync(file)
    ? tableOf(JSON.parse(readFileSync(file, 'utf8')), figures, name)
    : 'nothing measured';
  if (options.readme) fillIn('docs/scores-and-gaps.md', `bench:${name}`, table);
  process.stdout.write(`${table}\n`);
}

/**
 * @param {readonly Reached[]} reached
 * @param {readonly (readonly [heading: string, figure: string])[]} figures
 * @param {string} name
 */
function tableOf(reached, figures, name) {
  const names = [...new Set(reached.map(({ work, contestant }) => `${work}: ${contestant}`))];
  const rows = names.map((row) => {
    const own = reached.filter(({ work, contestant }) => `${work}: ${contestant}` === row);
    const cells = figures.map(([, figure]) => {
      const values = own.flatMap((each) => (figure in each ? [Number(each[figure])] : []));
      return values.length > 0 ? median(values).toFixed(3) : '';
    });
    return [row, ...cells, String(own.length)];
  });
  return [
    ...markdown(['table', ...figures.map(([heading]) => heading), 'seeds'], rows),
    '',
    `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.versions.node}; medians of \`npm run bench:${name}\`.`,
  ].join('\n');
}

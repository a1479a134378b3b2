import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './process.mjs';

/**
 * A program that learns a table.
 * @typedef {object} Contestant
 * @property {string} name
 * @property {(work: Work) => Promise<Trained>} train learns a table and writes rows drawn
 *
 * @typedef {object} Work
 * @property {string} table its name
 * @property {number} epochs
 * @property {number} seed
 * @property {string} rows the file for rows drawn, as many as the table has
 *
 * @typedef {Pick<import('./run.mjs').Measured, 'trainSeconds' | 'seconds' | 'peakMemory'>} Trained
 */

const main = fileURLToPath(new URL('../../dist/bin/vaekit.js', import.meta.url));
const fit = fileURLToPath(new URL('fit.mjs', import.meta.url));

/**
 * A figure in a program's output.
 * @param {string} text
 * @param {string} name
 */
function figure(text, name) {
  const [, value] = new RegExp(`"${name}": ?([\\d.]+)`).exec(text) ?? [];
  if (value === undefined) throw new Error(`no ${name} in: ${text.slice(-1000)}`);
  return Number(value);
}

/**
 * Counts the rows of a table.
 * @param {string} python
 * @param {string} file
 */
async function rowCount(python, file) {
  const count = 'import pandas, sys; print(len(pandas.read_csv(sys.argv[1])))';
  return (await run(python, ['-c', count, file])).text.trim();
}

/**
 * All contestants.
 * @param {{ python: string, peers: string, folder: string }} places
 * @returns {Contestant[]}
 */
export function contestants({ python, peers, folder }) {
  const peer = (/** @type {string} */ name) => ({
    name,
    train: async (/** @type {Work} */ { table, epochs, seed, rows }) => {
      const given = ['--epochs', String(epochs), '--seed', String(seed)];
      const { text, seconds } = await run(python, [
        peers,
        'train',
        name,
        `${folder}${table}.csv`,
        rows,
        ...given,
      ]);
      const [trainSeconds, peakMemory] = [figure(text, 'trainSeconds'), figure(text, 'peakMemory')];
      return { trainSeconds, seconds, peakMemory };
    },
  });
  return [
    {
      name: 'vaekit',
      async train({ table, epochs, seed, rows }) {
        const data = `${folder}${table}.csv`;
        const out = `${folder}runs/${table}.${seed}`;
        rmSync(out, { recursive: true, force: true });
        const given = [data, out, String(epochs), String(seed)];
        const training = await run(process.execPath, [fit, ...given]);
        const count = await rowCount(python, data);
        const sampling = await run(process.execPath, [
          main,
          'sample',
          out,
          '--count',
          count,
          '--out',
          rows,
        ]);
        return {
          trainSeconds: figure(training.text, 'trainSeconds'),
          seconds: training.seconds + sampling.seconds,
          peakMemory: figure(training.text, 'peakMemory'),
        };
      },
    },
    peer('ctgan'),
    peer('sdv'),
  ];
}

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { median } from './measure.mjs';

/**
 * Contents of a file of `results`: every round, so that rounds of several runs make one median.
 * @typedef {object} Results
 * @property {{ cpu: string, cores: number, node: string, platform: string }} machine
 * @property {Record<string, WorkResults>} works by name
 * @property {import('./scale.mjs').Scale} [scale]
 *
 * @typedef {object} WorkResults
 * @property {string} date of the last round
 * @property {string} short
 * @property {import('./tasks.mjs').Use} [use] training where it is left out
 * @property {number} batch examples of a step: of a batch, or of a pass
 * @property {number} multiplications
 * @property {{ oneThread: number[], allThreads: number[] }} [sgemmGflops] beside each round
 * @property {Record<string, ContestantResults>} contestants by name
 * @property {string} [browser] in which it was measured
 * @property {LongestTask[]} [longestTasks] of the studio's page while it trains, one a round
 *
 * @typedef {{ wall: number, processor: number }} LongestTask milliseconds by the clock, and of the
 *   thread's own time
 *
 * @typedef {object} ContestantResults
 * @property {(import('./measure.mjs').Round & { sgemmGflops?: number })[]} rounds with the rate of a
 *   plain matrix product in the same minutes
 * @property {object} [versions]
 * @property {string} [leftOut] why it could not run
 */

const folder = fileURLToPath(new URL('results/', import.meta.url));
const fileOf = (/** @type {string} */ name) => `${folder}${name}.json`;

/**
 * @param {string} name of a benchmark
 * @returns {Results} of this machine, as far as there are some
 */
export function readResults(name) {
  const machine = {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
  const empty = { machine, works: {} };
  const file = fileOf(name);
  if (!existsSync(file)) return empty;
  /** @type {Results} */
  const found = JSON.parse(readFileSync(file, 'utf8'));
  return JSON.stringify(found.machine) === JSON.stringify(machine) ? found : empty;
}

/**
 * @param {string} name of a benchmark
 * @param {Results} results
 */
export function writeResults(name, results) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(name), `${JSON.stringify(results, null, 2)}\n`);
}

/**
 * The largest rate of a plain matrix product that was measured beside a work, GFLOP/s.
 * @param {WorkResults} work
 */
export const sgemmPeakOf = ({ sgemmGflops }) => sgemmGflops && Math.max(...sgemmGflops.allThreads);

/**
 * One row of a table: medians over the rounds.
 * @typedef {object} Row
 * @property {string} name
 * @property {number} msPerStep
 * @property {number} examplesPerSecond
 * @property {number} [share] of the sgemm peak beside each round
 * @property {number} [ratio] to vaekit
 * @property {{ seconds: number, steps: number }} first
 * @property {number} [peakMemory] bytes
 */

/**
 * The contestants of a work that ran, fastest first.
 * @param {WorkResults} work
 * @returns {Row[]}
 */
export function rowsOf(work) {
  const own = work.contestants.vaekit?.rounds ?? [];
  return Object.entries(work.contestants)
    .filter(([, { rounds, leftOut }]) => rounds.length > 0 && !leftOut)
    .map(([name, { rounds }]) => {
      const msPerStep = median(rounds.map((round) => round.msPerStep));
      const shares = rounds.flatMap(({ msPerStep, sgemmGflops }) =>
        sgemmGflops === undefined ? [] : work.multiplications / (5e5 * msPerStep * sgemmGflops),
      );
      const memory = rounds.flatMap(({ peakMemory }) => peakMemory ?? []);
      return {
        name,
        msPerStep,
        examplesPerSecond: (1000 * work.batch) / msPerStep,
        ...(shares.length > 0 && { share: median(shares) }),
        ...(own.length > 0 && { ratio: msPerStep / median(own.map((round) => round.msPerStep)) }),
        first: {
          seconds: median(rounds.map(({ first }) => first.seconds)),
          steps: median(rounds.map(({ first }) => first.steps)),
        },
        ...(memory.length > 0 && { peakMemory: median(memory) }),
      };
    })
    .sort((a, b) => a.msPerStep - b.msPerStep);
}

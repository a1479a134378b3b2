import { readFileSync } from 'node:fs';
import { linesOf } from './child.mjs';

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/**
 * A line that a contestant tells: see `contestants/index.mjs`.
 * @typedef {object} Line
 * @property {number} seconds since the contestant was started
 * @property {object} [versions]
 * @property {{ steps: number }} [first]
 * @property {number} [steps]
 * @property {number} [msPerStep]
 * @property {number} [loss] the mean over the stretch
 */

/**
 * Measurements of one run of a contestant.
 * @typedef {object} Round
 * @property {number} msPerStep the median of its stretches after the warm-up
 * @property {{ seconds: number, steps: number }} first from the start of its process to its first
 *   loss, and the steps done by then
 * @property {{ steps: number, loss: number }[]} losses of its stretches, with the steps done by their ends
 * @property {number} [peakMemory] bytes resident, where the system tells them
 */

/** @param {readonly Line[]} stretches */
function lossesOf(stretches) {
  let done = 0;
  return stretches.flatMap(({ steps = 0, loss }) => {
    done += steps;
    return loss === undefined ? [] : [{ steps: done, loss }];
  });
}

/**
 * Figures from the lines of a contestant.
 * @param {readonly Line[]} lines
 * @returns {Round & { versions: object }}
 */
export function roundOf(lines) {
  const stretches = lines.filter(({ msPerStep }) => msPerStep !== undefined);
  const first = lines.find(({ first, msPerStep }) => first ?? msPerStep !== undefined);
  if (stretches.length < 2 || !first) throw new Error('it told fewer than two measurements');
  return {
    msPerStep: median(stretches.slice(1).map(({ msPerStep = Number.NaN }) => msPerStep)),
    losses: lossesOf(stretches),
    first: { seconds: first.seconds, steps: first.first?.steps ?? first.steps ?? 0 },
    versions: lines.find(({ versions }) => versions)?.versions ?? {},
  };
}

/**
 * The most memory that a process has had resident, in bytes.
 * @param {number | undefined} pid
 */
function peakMemoryOf(pid) {
  try {
    const [, kilobytes] =
      /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
  } catch {
    return undefined;
  }
}

/** Time between two looks at the memory of a running process. */
const pollMilliseconds = 50;

/** A contestant that takes longer than this is ended. */
const longestSeconds = 240;

/**
 * Runs a contestant to its end.
 * @param {import('./contestants/index.mjs').Contestant} contestant
 * @returns {Promise<Round & { versions: object }>}
 */
export async function measure(contestant) {
  /** @type {number | undefined} */
  let peakMemory;
  const watch = (/** @type {number | undefined} */ pid) => {
    peakMemory = peakMemoryOf(pid) ?? peakMemory;
  };
  const lines = await linesOf(contestant.command(), {
    seconds: longestSeconds,
    watch,
    watchMilliseconds: pollMilliseconds,
  });
  return { ...roundOf(lines), ...(peakMemory === undefined ? {} : { peakMemory }) };
}

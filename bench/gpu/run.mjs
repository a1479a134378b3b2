import { spawnSync } from 'node:child_process';
import { linesOf } from '../child.mjs';

/**
 * The outcome of a program: the objects that it printed, a line each, and the most memory of the card that it held.
 * @typedef {{ lines: readonly any[], cardMegabytes?: number } | { failed: string }} Outcome
 */

/** Megabytes of the card that a process holds, by nvidia-smi; undefined where it does not say. */
function cardMegabytes(/** @type {number | undefined} */ pid) {
  const query = ['--query-compute-apps=pid,used_memory', '--format=csv,noheader,nounits'];
  const { stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8' });
  const rows = (stdout ?? '').split('\n').map((row) => row.split(',').map(Number));
  // A container sees the host's process ids alone: then the only program on the card is this one.
  const own = rows.find(([id]) => id === pid) ?? (rows.length === 2 ? rows[0] : undefined);
  return own?.[1];
}

/** Time between two looks at the card while a program runs. */
const pollMilliseconds = 500;

/**
 * Runs a program to its end, or to a limit.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, seconds: number, card?: boolean }} options
 * @returns {Promise<Outcome>}
 */
export async function run(program, args, { env = {}, seconds, card = false }) {
  /** @type {number | undefined} */
  let most;
  const watch = (/** @type {number | undefined} */ pid) => {
    const now = card ? cardMegabytes(pid) : undefined;
    if (now !== undefined) most = Math.max(most ?? 0, now);
  };
  const options = { seconds, watch, watchMilliseconds: pollMilliseconds };
  try {
    const lines = await linesOf({ program, args, env }, options);
    return { lines, ...(most === undefined ? {} : { cardMegabytes: most }) };
  } catch (error) {
    return { failed: (error instanceof Error ? error.message : String(error)).slice(0, 400) };
  }
}

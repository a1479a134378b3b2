import { type Value, workingBytes } from '../graph/index.js';

/**
 * Bytes that a call of the runtime may have at work at a time, where nothing is trained. With several
 * models the runtime keeps a few times as much for later calls. Noise depends on how examples are
 * divided, so a call that draws noise may take more.
 */
const mostBytes = 2 ** 26;
const mostWithNoise = 2 ** 29;

/**
 * How many examples one call should take: fewer than wanted where they are so large that its memory
 * would grow beyond a bound, whatever the number of examples in all.
 * @param values that the call computes
 */
export function callSize(values: readonly Value[], wanted: number, drawsNoise: boolean): number {
  const each = workingBytes(values, 2) - workingBytes(values, 1);
  const most = drawsNoise ? mostWithNoise : mostBytes;
  return each <= 0 ? wanted : Math.max(1, Math.min(wanted, Math.floor(most / each)));
}

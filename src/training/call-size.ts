import { type Value, workingBytes } from '../graph/index.js';

/** Bytes that a call of the runtime may have at work at a time, where nothing is trained. */
const mostBytes = 2 ** 29;

/**
 * How many examples one call should take: fewer than wanted where they are so large that its memory
 * would grow beyond a bound, whatever the number of examples in all.
 * @param values what the call computes
 */
export function callSize(values: readonly Value[], wanted: number): number {
  const each = workingBytes(values, 2) - workingBytes(values, 1);
  return each <= 0 ? wanted : Math.max(1, Math.min(wanted, Math.floor(mostBytes / each)));
}

import { type Value, workingBytes } from '../graph/index.js';

/**
 * Bytes that a call of the runtime may have at work at a time, where nothing is trained. With several
 * models the runtime keeps a few times as much for later calls. Noise depends on how examples are
 * divided, so a call that draws noise may take more.
 */
const mostBytes = 2 ** 26;
const mostWithNoise = 2 ** 29;
/** Bytes that all calls of lanes may have at work at a time. */
const mostAtATime = 2 ** 31;

/** Examples of any call that fits; more are worth it only while they stay in the processor's caches. */
const usualExamples = 256;
const nearBytes = 2 ** 24;

/** Counts the examples of values that fit into so many bytes. */
function fittingOf(values: readonly Value[]): (bytes: number) => number {
  const each = workingBytes(values, 2) - workingBytes(values, 1);
  return (bytes) => (each <= 0 ? Number.POSITIVE_INFINITY : Math.floor(bytes / each));
}

/**
 * Bytes at work in a call of a lane, which has one core's caches: less than these where that leaves examples enough
 * for fast products, and no more examples than make them faster.
 */
const laneBytes = 2 ** 22;
const laneExamples = { least: 16, most: 256 };

/** Decides how many examples one call of a lane should take. @param values that the call computes */
export function laneCallSize(values: readonly Value[]): number {
  const { least, most } = laneExamples;
  const fitting = fittingOf(values);
  const near = Math.min(Math.max(least, fitting(laneBytes)), most);
  return Math.max(1, Math.min(near, fitting(mostBytes)));
}

/** Tells whether so many calls of so many examples at a time take little enough memory. */
export function fitsAtATime(values: readonly Value[], examples: number, calls: number): boolean {
  return calls * workingBytes(values, examples) <= mostAtATime;
}

/**
 * Decides how many examples one call should take: fewer than wanted where they are so large that
 * its memory would grow beyond a bound, whatever the number of examples in all.
 * @param values that the call computes
 */
export function callSize(values: readonly Value[], wanted: number, drawsNoise: boolean): number {
  const fitting = fittingOf(values);
  if (drawsNoise) return Math.max(1, Math.min(wanted, fitting(mostWithNoise)));
  const near = Math.max(usualExamples, fitting(nearBytes));
  return Math.max(1, Math.min(wanted, near, fitting(mostBytes)));
}

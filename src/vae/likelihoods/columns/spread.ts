import { add, exp, log, mul, square, type Value } from '../../../graph/index.js';

/** Values of one point are as wide as this part of a column's deviation, at least. */
const narrowest = 1e-3;

/**
 * The smallest spread of a column's density: else values that are often the same, or are rounded, would
 * have one without a bound. The deviation of a value's own rounding, 1/√12 of a step, is the least known.
 * @param resolution the step between values as they are written
 */
export function leastSpread(deviation: number, resolution: number): number {
  return Math.max(resolution / Math.sqrt(12), narrowest * deviation);
}

/** A spread that can be trained and stays over a least one: its statistics, where training begins. */
export interface SpreadStatistics {
  /** The part that is trained. */
  readonly deviation: number;
  /** The least spread, in units of that part. */
  readonly ratio: number;
}

/** The statistics with which a spread begins as `deviation`. */
export function spreadStatistics(deviation: number, least: number): SpreadStatistics {
  const trained = Math.sqrt(Math.max(deviation ** 2 - least ** 2, (0.1 * least) ** 2));
  return { deviation: trained, ratio: least / trained };
}

/** log √(least² + (deviation · exp s)²), for a trained s that is 0 at first. */
export function logSpreadOf(s: Value, deviation: Value, ratio: Value): Value {
  return add(log(deviation), mul(log(add(square(ratio), exp(mul(s, 2)))), 0.5));
}

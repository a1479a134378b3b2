import { UserError } from '../../../base/errors.js';
import { digamma } from '../../../base/gamma.js';
import {
  add,
  exp,
  logGamma,
  mul,
  negate,
  relu,
  softplus,
  sub,
  type Value,
} from '../../../graph/index.js';
import type { ColumnGroup } from './column-likelihood.js';
import { double, held, moved, reaches, statisticOf } from './numbers.js';

/** log μ by the decoder's number and the logarithm of the column's mean. */
export const logMeanOf = (number: Value, logMean: Value) =>
  add(held(number, -reaches.logMean, reaches.logMean), logMean);

/** Bounds of log r. */
const [leastLog, mostLog] = [-14, 16];

/**
 * A negative binomial by the decoder's number and the group's statistics `logMean` and `logDispersion`; training
 * moves the second.
 */
export function negativeBinomialOf(number: Value, group: ColumnGroup) {
  const logMean = logMeanOf(number, statisticOf(group, 'logMean'));
  const logDispersion = held(moved(group, 'logDispersion'), leastLog, mostLog);
  return { logMean, logDispersion, r: exp(logDispersion) };
}

/** A mean that no data can show to be smaller: of a column of zeros. */
const leastMean = 1e-3;

export const logOfMean = (mean: number) => Math.log(Math.max(mean, leastMean));

/** @throws UserError when a value is no whole number from 0 */
export function checkCounts(values: Float32Array, title: string): void {
  const odd = values.find((value) => value < 0 || !Number.isInteger(value));
  if (odd === undefined) return;
  throw new UserError(
    `A ${title} likelihood is of whole numbers from 0, and the column holds ${odd}. Use another likelihood for it.`,
  );
}

/** Nats that each unit under 0 adds: no count is there, and a sum of others is to stay a number. */
const underZero = 1000;

/** The counts of values, float64 [batch, n], and the nats that values under 0 add. */
export function countsOf(x: Value): { readonly count: Value; readonly excess: Value } {
  const values = double(x);
  return { count: relu(values), excess: mul(relu(negate(values)), underZero) };
}

/**
 * −log p(x) of a negative binomial of mean μ and dispersion r, the variance being μ + μ² / r (Lopez et al.
 * 2018, https://doi.org/10.1038/s41592-018-0229-2): with a = log μ − log r,
 * log Γ(r) + log Γ(x + 1) − log Γ(x + r) + (x + r) log(1 + eᵃ) − x a. All float64.
 */
export function negativeBinomialNats(x: Value, logMean: Value, logDispersion: Value, r: Value) {
  const ratio = sub(logMean, logDispersion);
  const count = add(x, r);
  const ways = sub(add(logGamma(r), logGamma(add(x, 1))), logGamma(count));
  return add(ways, sub(mul(count, softplus(ratio)), mul(x, ratio)));
}

/** Number of times that each value of a column occurs. */
export type Tally = ReadonlyMap<number, number>;

export function tallyOf(values: Float32Array): Map<number, number> {
  const tally = new Map<number, number>();
  for (const value of values) tally.set(value, (tally.get(value) ?? 0) + 1);
  return tally;
}

/** Bounds of the logarithm of a fitted dispersion. */
const [fitFrom, fitTo] = [-7, 12];

/**
 * log r of the likeliest negative binomial of a mean μ: where the slope of the log-likelihood,
 * Σ ψ(x + r) − ψ(r) + log(r / (r + μ)) + (μ − x) / (r + μ), is 0, by halving; at most `fitTo`, where the counts
 * vary no more than a Poisson's.
 */
export function fitDispersion(tally: Tally, mean: number): number {
  const slope = (logDispersion: number) => {
    const r = Math.exp(logDispersion);
    let total = 0;
    for (const [x, count] of tally) {
      const each = digamma(x + r) - digamma(r) - Math.log1p(mean / r) + (mean - x) / (r + mean);
      total += count * each;
    }
    return total;
  };
  let [low, high] = [fitFrom, fitTo];
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (slope(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

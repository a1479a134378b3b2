import { logGamma } from '../../../base/gamma.js';
import {
  add,
  argMax,
  cast,
  constant,
  cumulativeSum,
  div,
  erf,
  exp,
  floor,
  gatherElements,
  less,
  log,
  maximum,
  minimum,
  mul,
  relu,
  sqrt,
  square,
  squeeze,
  sub,
  sum,
  unsqueeze,
  type Value,
  where,
} from '../../../graph/index.js';
import type { ColumnGroup } from './column-likelihood.js';
import { double, single } from './numbers.js';

/** The rate up to which the distribution function is summed up; no draw is over the last of `counted` terms. */
const smallRate = 10;
const counted = 40;

/** Counts 0 … 39, and the logarithms of their factorials. */
const counts = Array.from({ length: counted }, (_, k) => k);
const logFactorials = counts.map((k) => logGamma(k + 1));

/** The smallest count k whose P(X ≤ k) is not under u, for rates up to `smallRate`. */
function inverted(rate: Value, u: Value): Value {
  const list = (values: readonly number[]) => constant(values, [counted], 'float64');
  const known = unsqueeze(maximum(minimum(rate, smallRate), 1e-30), [2]);
  const logMass = sub(sub(mul(log(known), list(counts)), known), list(logFactorials));
  const below = less(cumulativeSum(exp(logMass), 2), unsqueeze(u, [2]));
  return sum(double(below), { axes: [2] });
}

/**
 * The count at a standard normal quantile w, for rates from `smallRate` on: three terms after the normal one
 * of Cornish and Fisher's expansion for counts (Giles 2016, "Algorithm 955", eq. 8,
 * https://doi.org/10.1145/2699466). At the smallest rate
 * five draws in 10,000 are off by 1, and fewer from there on.
 */
function expanded(rate: Value, w: Value): Value {
  const known = maximum(rate, smallRate);
  const root = sqrt(known);
  const w2 = square(w);
  const first = add(mul(w2, 1 / 6), 1 / 3);
  const second = mul(w, add(mul(w2, 1 / 72), 1 / 36));
  const third = add(mul(w2, add(mul(w2, 1 / 270), 7 / 810)), -8 / 405);
  const rest = add(sub(first, div(second, root)), div(third, known));
  return relu(floor(add(add(known, mul(root, w)), rest)));
}

/**
 * Draws of Poisson distributions.
 * @param rate float64 [batch, n]
 * @returns float32 [batch, n]
 */
export function drawPoisson(rate: Value, group: ColumnGroup): Value {
  const normal = group.normal(rate.shape);
  const u = mul(add(erf(mul(normal, Math.SQRT1_2)), 1), 0.5);
  const drawn = where(
    less(rate, smallRate),
    inverted(rate, double(u)),
    expanded(rate, double(normal)),
  );
  return single(drawn);
}

/** Number of draws that are tried. Each is taken with a chance of over 0.95: one in 10⁸ values finds none. */
const tries = 6;

/** Uniform noise has multiples of 2⁻²⁴; 0 stands for any value under the first of them. */
const positive = (uniform: Value) => double(maximum(uniform, 2 ** -25));

/**
 * Draws of gamma distributions of scale 1: the first of several draws of Gamma(r + 1) that is taken (Marsaglia
 * and Tsang 2000, https://doi.org/10.1145/358407.358414), times U^(1/r), which makes it one of Gamma(r).
 * @param r float64 [n]
 * @param like [batch, n]
 * @returns float64 [batch, n]
 */
function drawGamma(r: Value, like: Value, group: ColumnGroup): Value {
  const shape = [...like.shape, tries];
  const normal = double(group.normal(shape));
  const d = unsqueeze(add(r, 2 / 3), [1]);
  const root = add(div(normal, sqrt(mul(d, 9))), 1);
  const v = mul(square(root), root);
  const safe = maximum(v, 1e-30);
  const bound = add(mul(square(normal), 0.5), mul(d, add(sub(1, v), log(safe))));
  const isTaken = less(log(positive(group.uniform(shape))), bound);
  const place = unsqueeze(argMax(cast(isTaken, 'float32'), 2), [2]);
  const taken = squeeze(gatherElements(mul(d, safe), place, 2), [2]);
  const power = div(log(positive(group.uniform(like.shape))), r);
  return mul(taken, exp(power));
}

/**
 * Draws of rates from a gamma distribution, such that their Poisson draws are negative binomial.
 * @param r float64 [n]
 * @param logMean float64 [batch, n]
 * @returns float64 [batch, n]
 */
export function drawRate(r: Value, logMean: Value, group: ColumnGroup): Value {
  return div(mul(drawGamma(r, logMean, group), exp(logMean)), r);
}

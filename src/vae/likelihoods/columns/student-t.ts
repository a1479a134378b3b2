import { logGamma as logGammaOf } from '../../../base/gamma.js';
import {
  add,
  cos,
  div,
  exp,
  log,
  logGamma,
  maximum,
  mul,
  negate,
  sqrt,
  square,
  sub,
  type Value,
} from '../../../graph/index.js';
import type { ColumnGroup, ColumnLikelihood } from './column-likelihood.js';
import { momentsOf } from './moments.js';
import {
  double,
  held,
  moved,
  numbersOf,
  reaches,
  single,
  someOf,
  statisticOf,
  trainedLogSpread,
} from './numbers.js';
import { leastSpread, spreadStatistics } from './spread.js';

/** Bounds of log ν: from tails without a mean to a Gaussian's. */
const [leastLogFreedom, mostLogFreedom] = [Math.log(0.5), Math.log(1000)];

function distribution(parameters: Value, group: ColumnGroup) {
  const number = held(numbersOf(parameters)[0]!, -reaches.studentT, reaches.studentT);
  const logFreedom = held(moved(group, 'logFreedom'), leastLogFreedom, mostLogFreedom);
  return {
    location: add(statisticOf(group, 'location'), mul(statisticOf(group, 'deviation'), number)),
    logSpread: trainedLogSpread(group),
    freedom: exp(logFreedom),
  };
}

/** Degrees of freedom that are tried. */
const freedoms = [0.7, 1, 1.5, 2, 3, 4, 6, 10, 20, 50, 200];

/** The values that a quarter, a half and three quarters of them are up to. */
function quartilesOf(sorted: Float32Array): [number, number, number] {
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  return [at(0.25), at(0.5), at(0.75)];
}

/**
 * The likeliest location and spread for degrees of freedom ν, by expectation and maximization: weights
 * (ν + 1) / (ν + d²), of distances d in spreads (Lange et al. 1989,
 * https://doi.org/10.1080/01621459.1989.10478852).
 */
function fitLocated(
  values: Float32Array,
  freedom: number,
  start: { readonly location: number; readonly spread: number },
  least: number,
) {
  let { location, spread } = start;
  for (let i = 0; i < 30; i++) {
    let [total, moments, squares] = [0, 0, 0];
    for (const value of values) {
      const distance = (value - location) / spread;
      const weight = (freedom + 1) / (freedom + distance * distance);
      total += weight;
      moments += weight * value;
      squares += weight * (value - location) ** 2;
    }
    location = moments / total;
    spread = Math.max(Math.sqrt(squares / values.length), least);
  }
  let logs = 0;
  for (const value of values) logs += Math.log1p(((value - location) / spread) ** 2 / freedom);
  const norm =
    logGammaOf(freedom / 2) -
    logGammaOf((freedom + 1) / 2) +
    0.5 * Math.log(freedom * Math.PI) +
    Math.log(spread);
  return { location, spread, freedom, nats: norm + ((freedom + 1) / 2) * (logs / values.length) };
}

/**
 * Numbers with heavy tails: Student's t of location m, spread s and ν degrees of freedom, −log p =
 * log Γ(ν/2) − log Γ((ν + 1)/2) + ½ log νπ + log s + ½ (ν + 1) log(1 + (x − m)² / (ν s²)). The decoder's number is m, as
 * it differs from the column's location in spreads of the column; s and ν are the column's, and trained.
 */
export const studentT: ColumnLikelihood = {
  type: 'studentT',
  title: 'Student-t',
  kinds: ['continuous', 'count', 'date'],
  parametersPerColumn: () => 1,
  statistics: () => ({ location: [], deviation: [], ratio: [], logFreedom: [] }),
  fit(values, _, resolution) {
    const sorted = someOf(values).slice().sort();
    const quartiles = quartilesOf(sorted);
    const width = quartiles[2] - quartiles[0] || momentsOf(sorted).deviation;
    const least = leastSpread(width, resolution);
    const best = freedoms
      .map((freedom) =>
        fitLocated(sorted, freedom, { location: quartiles[1], spread: width / 1.35 }, least),
      )
      .reduce((a, b) => (b.nats < a.nats ? b : a));
    const { deviation, ratio } = spreadStatistics(best.spread, least);
    return {
      location: [best.location],
      deviation: [deviation],
      ratio: [ratio],
      logFreedom: [Math.log(best.freedom)],
    };
  },
  negativeLogLikelihood(x, parameters, group) {
    const { location, logSpread, freedom } = distribution(parameters, group);
    const half = mul(freedom, 0.5);
    const norm = add(
      add(sub(logGamma(half), logGamma(add(half, 0.5))), mul(log(mul(freedom, Math.PI)), 0.5)),
      logSpread,
    );
    const distance = mul(sub(double(x), location), exp(negate(logSpread)));
    const tail = log(add(div(square(distance), freedom), 1));
    return single(add(norm, mul(tail, add(half, 0.5))));
  },
  typical: (parameters, group) => single(distribution(parameters, group).location),
  draw(parameters, group) {
    const { location, logSpread, freedom } = distribution(parameters, group);
    // A polar form, exact for each ν (Bailey 1994, https://doi.org/10.1090/S0025-5718-1994-1208844-X).
    const [u, turn] = [0, 1].map(() => double(group.uniform(location.shape))) as [Value, Value];
    const power = exp(div(mul(log(maximum(u, 2 ** -25)), -2), freedom));
    const radius = sqrt(mul(freedom, sub(power, 1)));
    const t = mul(radius, cos(mul(turn, 2 * Math.PI)));
    return single(add(location, mul(exp(logSpread), t)));
  },
};

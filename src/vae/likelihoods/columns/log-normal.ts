import { UserError } from '../../../base/errors.js';
import {
  add,
  exp,
  log,
  maximum,
  minimum,
  mul,
  negate,
  square,
  sub,
  type Value,
} from '../../../graph/index.js';
import type { ColumnGroup, ColumnLikelihood } from './column-likelihood.js';
import { momentsOf } from './moments.js';
import {
  double,
  held,
  mostLog,
  numbersOf,
  reaches,
  single,
  statisticOf,
  trainedLogSpread,
} from './numbers.js';
import { leastSpread, spreadStatistics } from './spread.js';

/** The smallest positive number that is told from 0. */
const least = 1e-37;

function distribution(parameters: Value, group: ColumnGroup) {
  const number = held(numbersOf(parameters)[0]!, -reaches.logNormal, reaches.logNormal);
  return {
    location: add(statisticOf(group, 'location'), mul(statisticOf(group, 'deviation'), number)),
    logSpread: trainedLogSpread(group),
  };
}

const power = (x: Value) => single(exp(minimum(x, mostLog)));

/**
 * Positive numbers whose logarithms are Gaussian, of mean m and spread s: −log p = log x + log s + ½ log 2π +
 * ½ (log x − m)² / s². The decoder's number is m, as it differs from the mean of the column's logarithms in
 * their deviations; s is the column's, and trained.
 */
export const logNormal: ColumnLikelihood = {
  type: 'logNormal',
  title: 'Log-normal',
  kinds: ['continuous'],
  parametersPerColumn: () => 1,
  statistics: () => ({ location: [], deviation: [], ratio: [] }),
  fit(values, _, resolution) {
    const odd = values.find((value) => value <= 0);
    if (odd !== undefined) {
      throw new UserError(
        `A log-normal likelihood is of numbers over 0, and the column holds ${odd}. Use another likelihood for it.`,
      );
    }
    const { mean, deviation } = momentsOf(Float64Array.from(values, Math.log));
    // A step of values, as a step of logarithms where most of them are.
    const least = leastSpread(deviation, Math.min(resolution / Math.exp(mean), deviation));
    const spread = spreadStatistics(deviation, least);
    return { location: [mean], deviation: [spread.deviation], ratio: [spread.ratio] };
  },
  negativeLogLikelihood(x, parameters, group) {
    const { location, logSpread } = distribution(parameters, group);
    const logX = log(maximum(double(x), least));
    const distance = mul(sub(logX, location), exp(negate(logSpread)));
    const norm = add(add(logX, logSpread), Math.log(2 * Math.PI) / 2);
    return single(add(norm, mul(square(distance), 0.5)));
  },
  /** The mean: exp(m + ½ s²). */
  typical(parameters, group) {
    const { location, logSpread } = distribution(parameters, group);
    return power(add(location, mul(exp(mul(logSpread, 2)), 0.5)));
  },
  draw(parameters, group) {
    const { location, logSpread } = distribution(parameters, group);
    const normal = double(group.normal(location.shape));
    return power(add(location, mul(exp(logSpread), normal)));
  },
};

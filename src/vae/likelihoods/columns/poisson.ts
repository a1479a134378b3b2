import { add, exp, logGamma, mul, sub, type Value } from '../../../graph/index.js';
import type { ColumnGroup, ColumnLikelihood } from './column-likelihood.js';
import { checkCounts, countsOf, logMeanOf, logOfMean } from './counts.js';
import { drawPoisson } from './draws.js';
import { momentsOf } from './moments.js';
import { numbersOf, single, statisticOf } from './numbers.js';

const logRate = (parameters: Value, group: ColumnGroup) =>
  logMeanOf(numbersOf(parameters)[0]!, statisticOf(group, 'logMean'));

/**
 * Counts of a rate λ: −log p = λ − x log λ + log x!. The decoder's number is added to the logarithm of the
 * column's mean.
 */
export const poisson: ColumnLikelihood = {
  type: 'poisson',
  title: 'Poisson',
  kinds: ['count'],
  parametersPerColumn: () => 1,
  statistics: () => ({ logMean: [] }),
  fit(values) {
    checkCounts(values, 'Poisson');
    return { logMean: [logOfMean(momentsOf(values).mean)] };
  },
  negativeLogLikelihood(x, parameters, group) {
    const log = logRate(parameters, group);
    const { count, excess } = countsOf(x);
    const ways = logGamma(add(count, 1));
    return single(add(add(sub(exp(log), mul(count, log)), ways), excess));
  },
  typical: (parameters, group) => single(exp(logRate(parameters, group))),
  draw: (parameters, group) => drawPoisson(exp(logRate(parameters, group)), group),
};

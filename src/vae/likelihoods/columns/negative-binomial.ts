import { add, exp, type Value } from '../../../graph/index.js';
import type { ColumnGroup, ColumnLikelihood } from './column-likelihood.js';
import {
  checkCounts,
  countsOf,
  fitDispersion,
  logOfMean,
  negativeBinomialNats,
  negativeBinomialOf,
  tallyOf,
} from './counts.js';
import { drawPoisson, drawRate } from './draws.js';
import { momentsOf } from './moments.js';
import { numbersOf, single } from './numbers.js';

const distribution = (parameters: Value, group: ColumnGroup) =>
  negativeBinomialOf(numbersOf(parameters)[0]!, group);

/**
 * Counts of mean μ that vary more than a Poisson's: their variance is μ + μ² / r. The decoder's number is added to the
 * logarithm of the column's mean; the dispersion r is the column's, and trained (Lopez et al. 2018, scVI,
 * https://doi.org/10.1038/s41592-018-0229-2). A draw is a Poisson's, of a rate drawn from a gamma distribution.
 */
export const negativeBinomial: ColumnLikelihood = {
  type: 'negativeBinomial',
  title: 'Negative binomial',
  kinds: ['count'],
  parametersPerColumn: () => 1,
  statistics: () => ({ logMean: [], logDispersion: [] }),
  fit(values) {
    checkCounts(values, 'negative binomial');
    const logMean = logOfMean(momentsOf(values).mean);
    return {
      logMean: [logMean],
      logDispersion: [fitDispersion(tallyOf(values), Math.exp(logMean))],
    };
  },
  negativeLogLikelihood(x, parameters, group) {
    const { logMean, logDispersion, r } = distribution(parameters, group);
    const { count, excess } = countsOf(x);
    return single(add(negativeBinomialNats(count, logMean, logDispersion, r), excess));
  },
  typical: (parameters, group) => single(exp(distribution(parameters, group).logMean)),
  draw(parameters, group) {
    const { logMean, r } = distribution(parameters, group);
    return drawPoisson(drawRate(r, logMean, group), group);
  },
};

import { add, exp, mul, negate, square, squeeze, sub, type Value } from '../../../graph/index.js';
import type { ColumnGroup, ColumnLikelihood } from './column-likelihood.js';
import { momentsOf } from './moments.js';
import { leastSpread, logSpreadOf, spreadStatistics } from './spread.js';

/** Location and logarithm of the spread, [batch, n] and [n]. */
function located(parameters: Value, group: ColumnGroup) {
  const deviation = group.statistic('deviation');
  const trained = group.parameter('logSpread', [], 'zeros');
  return {
    location: add(group.statistic('mean'), mul(squeeze(parameters, [2]), deviation)),
    logSpread: logSpreadOf(trained, deviation, group.statistic('ratio')),
  };
}

/**
 * Gaussian values: the decoder gives the mean, in deviations of the column from the column's mean. The
 * spread is trained, one for each column: −log p = ½ ((x − μ)² / σ² + log σ² + log 2π).
 */
export const gaussian: ColumnLikelihood = {
  type: 'gaussian',
  title: 'Gaussian',
  kinds: ['continuous', 'count', 'ordinal', 'date'],
  parametersPerColumn: () => 1,
  statistics: () => ({ mean: [], deviation: [], ratio: [] }),
  fit(values, _, resolution) {
    const { mean, deviation } = momentsOf(values);
    const spread = spreadStatistics(deviation, leastSpread(deviation, resolution));
    return { mean: [mean], deviation: [spread.deviation], ratio: [spread.ratio] };
  },
  negativeLogLikelihood(x, parameters, group) {
    const { location, logSpread } = located(parameters, group);
    const error = mul(sub(x, location), exp(negate(logSpread)));
    return add(mul(square(error), 0.5), add(logSpread, 0.5 * Math.log(2 * Math.PI)));
  },
  typical: (parameters, group) => located(parameters, group).location,
  draw(parameters, group) {
    const { location, logSpread } = located(parameters, group);
    return add(location, mul(exp(logSpread), group.normal(location.shape)));
  },
};

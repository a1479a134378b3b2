import {
  add,
  cast,
  greater,
  less,
  mul,
  sigmoid,
  softplus,
  squeeze,
  stack,
  sub,
  type Value,
} from '../../../graph/index.js';
import type { ColumnGroup, ColumnLikelihood } from './column-likelihood.js';

/** The log-odds of the second value, [batch, n]. */
const logits = (parameters: Value, group: ColumnGroup) =>
  add(squeeze(parameters, [2]), group.statistic('logit'));

/**
 * Values 0 and 1 of the logit ℓ: the decoder's number, added to the logit of the column's own share of ones.
 * −log p = softplus(ℓ) − x ℓ.
 */
export const bernoulli: ColumnLikelihood = {
  type: 'bernoulli',
  title: 'Bernoulli',
  kinds: ['binary'],
  parametersPerColumn: () => 1,
  statistics: () => ({ logit: [] }),
  fit(values) {
    // Half a row more of each: no share is 0 or 1.
    const ones = values.reduce((sum, value) => sum + value, 0.5);
    return { logit: [Math.log(ones / (values.length + 1 - ones))] };
  },
  negativeLogLikelihood(x, parameters, group) {
    const l = logits(parameters, group);
    return sub(softplus(l), mul(x, l));
  },
  typical: (parameters, group) => cast(greater(logits(parameters, group), 0), parameters.dtype),
  probabilities(parameters, group) {
    const p = sigmoid(logits(parameters, group));
    return stack([sub(1, p), p], 2);
  },
  draw(parameters, group) {
    const p = sigmoid(logits(parameters, group));
    return cast(less(group.uniform(p.shape), p), p.dtype);
  },
};

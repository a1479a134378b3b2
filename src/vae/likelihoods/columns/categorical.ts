import {
  add,
  argMax,
  cast,
  constant,
  div,
  equal,
  exp,
  log,
  max,
  mul,
  softmax,
  sub,
  sum,
  unsqueeze,
  type Value,
  withGradient,
} from '../../../graph/index.js';
import { drawPlace } from '../logits.js';
import type { ColumnGroup, ColumnLikelihood } from './column-likelihood.js';

/** A logit for each category, [batch, n, categories]. */
const logitsOf = (parameters: Value, group: ColumnGroup) =>
  add(parameters, group.statistic('logits'));

/** 1 at the place of each value, [batch, n, categories]. */
function oneHots(x: Value, categories: number): Value {
  const places = constant(
    Array.from({ length: categories }, (_, i) => i),
    [categories],
    x.dtype,
  );
  return cast(equal(unsqueeze(x, [2]), places), x.dtype);
}

/**
 * Places of categories: the decoder gives a logit for each, added to the logit of its share in the column.
 * −log p = log Σⱼ exp ℓⱼ − ℓₓ. The derivative is the probabilities, less 1 at x.
 */
export const categorical: ColumnLikelihood = {
  type: 'categorical',
  title: 'Categorical',
  kinds: ['categorical', 'ordinal', 'binary'],
  parametersPerColumn: (categories) => categories,
  statistics: (categories) => ({ logits: [categories] }),
  fit(values, categories) {
    // Half a row more of each: no share is 0.
    const counts = new Float64Array(categories).fill(0.5);
    for (const value of values) counts[value]! += 1;
    const total = values.length + categories / 2;
    return { logits: counts.map((count) => Math.log(count / total)) };
  },
  negativeLogLikelihood(x, parameters, group) {
    const logits = logitsOf(parameters, group);
    const chosen = oneHots(x, group.categories);
    const moved = sub(logits, max(logits, { axes: [2], keepDims: true }));
    const odds = exp(moved);
    const total = sum(odds, { axes: [2], keepDims: true });
    const nats = sum(mul(sub(log(total), moved), chosen), { axes: [2] });
    return withGradient(nats, [logits], (gradient) => {
      const spread = gradient.shape.length === 0 ? gradient : unsqueeze(gradient, [2]);
      return [mul(sub(div(odds, total), chosen), spread)];
    });
  },
  typical: (parameters, group) => cast(argMax(logitsOf(parameters, group), 2), parameters.dtype),
  probabilities: (parameters, group) => softmax(logitsOf(parameters, group), 2),
  draw(parameters, group) {
    const logits = logitsOf(parameters, group);
    return cast(drawPlace(logits, group.uniform(logits.shape), 2), parameters.dtype);
  },
};

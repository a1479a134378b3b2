import {
  add,
  argMax,
  broadcastLike,
  cast,
  constant,
  div,
  equal,
  exp,
  log,
  mul,
  softmax,
  sub,
  type Value,
  withGradient,
} from '../../../graph/index.js';
import { drawPlace } from '../logits.js';
import type { ColumnGroup, ColumnLikelihood } from './column-likelihood.js';
import { type FlatColumns, flatColumns } from './flat.js';

/** A logit for each category, [batch, n, categories]. */
const logitsOf = (parameters: Value, group: ColumnGroup) =>
  add(parameters, group.statistic('logits'));

/** 1 at the place of each value, [batch, n · categories]. */
function oneHots(x: Value, categories: number, { spread }: FlatColumns): Value {
  const own = spread(x);
  const width = own.shape[1] as number;
  const places = Array.from({ length: width }, (_, i) => i % categories);
  return cast(equal(own, constant(places, [width], x.dtype)), x.dtype);
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
    const axis = flatColumns(group.columns, group.categories, x.dtype);
    const logits = axis.flat(logitsOf(parameters, group));
    const chosen = oneHots(x, group.categories, axis);
    const moved = sub(logits, axis.spread(axis.peakOf(logits)));
    const odds = exp(moved);
    const total = axis.sumOf(odds);
    const nats = sub(log(total), axis.sumOf(mul(moved, chosen)));
    return withGradient(nats, [logits], (gradient) => {
      const given = broadcastLike(gradient, nats);
      const expected = mul(odds, axis.spread(div(given, total)));
      return [sub(expected, mul(chosen, axis.spread(given)))];
    });
  },
  typical: (parameters, group) => cast(argMax(logitsOf(parameters, group), 2), parameters.dtype),
  probabilities: (parameters, group) => softmax(logitsOf(parameters, group), 2),
  draw(parameters, group) {
    const logits = logitsOf(parameters, group);
    return cast(drawPlace(logits, group.uniform(logits.shape), 2), parameters.dtype);
  },
};

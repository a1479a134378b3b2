import { z } from 'zod';
import {
  add,
  broadcastLike,
  cast,
  clip,
  constant,
  div,
  exp,
  gatherElements,
  log,
  max,
  mul,
  negate,
  round,
  scatterAdd,
  softmax,
  sub,
  sum,
  unsqueeze,
  withGradient,
} from '../../graph/index.js';
import { spreadGradient, sumOfExample } from './examples.js';
import { defineLikelihood } from './likelihood.js';
import { drawPlace, perParameter } from './logits.js';

/**
 * Independent values of n levels, each with a logit for every level: −log p = log Σⱼ exp ℓⱼ − ℓᵢ for
 * level i, the nearest to x (van den Oord et al. 2016, "Pixel Recurrent Neural Networks", §3.3,
 * https://arxiv.org/abs/1601.06759). The derivative is the probabilities, less 1 at i.
 */
export const categorical = defineLikelihood(
  'categorical',
  z
    .strictObject({
      levels: z.int().min(2).max(256).default(256).describe('Levels from 0 to 1; 256 are 8 bits.'),
    })
    .meta({
      title: 'Categorical (256 levels)',
      description: 'Levels by a logit for each: as many numbers a value as levels.',
    }),
  ({ levels }) => ({
    parametersPerValue: levels,
    support: levels === 256 ? 'bytes' : 'levels',
    negativeLogLikelihood(x, parameters) {
      const logits = perParameter(parameters, levels);
      const level = clip(round(mul(x, levels - 1)), 0, levels - 1);
      const place = unsqueeze(cast(level, 'int64'), [1]);
      const chosen = gatherElements(logits, place, 1);
      const peak = max(logits, { axes: [1], keepDims: true });
      const odds = exp(sub(logits, peak));
      const total = sum(odds, { axes: [1], keepDims: true });
      // The difference first: beside large logits the logarithm would lose its digits.
      const nats = sumOfExample(add(sub(peak, chosen), log(total)));
      return withGradient(nats, [logits], (gradient) => {
        const g = spreadGradient(gradient, logits);
        const probabilities = mul(odds, div(g, total));
        return [scatterAdd(probabilities, place, broadcastLike(negate(g), chosen), 1)];
      });
    },
    mean(parameters) {
      const probabilities = softmax(perParameter(parameters, levels), 1);
      const inner = probabilities.shape.slice(2).map(() => 1);
      const values = Array.from({ length: levels }, (_, i) => i / (levels - 1));
      const weights = constant(values, [levels, ...inner], parameters.dtype);
      return sum(mul(probabilities, weights), { axes: [1] });
    },
    draw(parameters, scope) {
      const logits = perParameter(parameters, levels);
      const place = drawPlace(logits, scope.uniform(logits.shape));
      return mul(cast(place, logits.dtype as 'float32'), 1 / (levels - 1));
    },
  }),
);

import { z } from 'zod';
import { layerNormalization } from '../../graph/index.js';
import { defineLayer } from '../layer.js';

const schema = z
  .strictObject({
    epsilon: z.number().positive().default(1e-5).describe('Added to the variance.'),
  })
  .describe('Normalizes each example.');

export type LayerNormOptions = z.input<typeof schema>;

/**
 * Layer normalization (Ba et al. 2016, https://arxiv.org/abs/1607.06450, eq. 3 and 4) of each
 * example [batch, ...] over all of its elements, as PyTorch's `LayerNorm(x.shape[1:])`; of [batch,
 * features] also as Keras. Parameters: `weight`, `bias`, of the example's shape.
 * @param options.epsilon added to the variance; 1e-5 when left out
 * @throws UserError when an option is wrong
 */
export const layerNorm = defineLayer(
  'layerNorm',
  schema,
  (x, { epsilon }, scope) => {
    const shape = x.shape.slice(1) as number[];
    const weight = scope.parameter('weight', shape, 'ones');
    const bias = scope.parameter('bias', shape, 'zeros');
    return layerNormalization(x, weight, bias, 1, epsilon);
  },
  (options: LayerNormOptions = {}) => options,
);

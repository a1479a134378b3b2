import { z } from 'zod';
import { dequantize, mul } from '../../graph/index.js';
import { defineLayer } from '../layer.js';

const schema = z
  .strictObject({
    rate: z.number().min(0).lt(1).describe('The probability that an element is 0 in training.'),
  })
  .describe('Sets elements to 0 by chance, in training only.');

/**
 * Dropout (Srivastava et al. 2014): in training each element is 0 with probability `rate`, the
 * others are multiplied by 1 / (1 − rate), so that the mean stays; otherwise nothing happens.
 * @param rate at least 0, less than 1
 * @throws UserError when the rate is wrong
 */
export const dropout = defineLayer(
  'dropout',
  schema,
  (x, { rate }, scope) => {
    if (!scope.training || rate === 0) return x;
    return mul(x, dequantize(scope.bernoulli(x.shape, 1 - rate), 1 / (1 - rate)));
  },
  (rate: number) => ({ rate }),
);

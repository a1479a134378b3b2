import { z } from 'zod';
import { abs, add, div, maximum, mul, sub } from '../../graph/index.js';
import { adamOptions } from './adam-update.js';
import { defineOptimizer } from './define.js';

const schema = z.strictObject(adamOptions).describe('AdaMax (Kingma and Ba 2015).');

/**
 * AdaMax (Kingma and Ba 2015, algorithm 2), with ε added to u as in Keras; PyTorch takes the larger
 * of u and |g| + ε. The slot m holds m / (1 − β₁).
 * @throws UserError when an option is wrong
 */
export const adamax = defineOptimizer('adamax', schema, ({ beta1, beta2, epsilon }) => ({
  slots: ['m', 'u'],
  scalars: (step, learningRate) => ({
    rate: (learningRate * (1 - beta1)) / (1 - beta1 ** step),
  }),
  update: (gradient, parameter, slots, { rate }) => {
    const m = add(mul(slots.m!, beta1), gradient);
    const u = maximum(mul(slots.u!, beta2), abs(gradient));
    const step = mul(div(m, add(u, epsilon)), rate!);
    return { parameter: sub(parameter, step), slots: { m, u } };
  },
}));

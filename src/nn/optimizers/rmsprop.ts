import { z } from 'zod';
import { add, div, mul, sqrt, square, sub } from '../../graph/index.js';
import { learningRateSchema } from '../schedules/index.js';
import { beta } from './adam-update.js';
import { defineOptimizer } from './define.js';

const schema = z
  .strictObject({
    learningRate: learningRateSchema
      .default(0.001)
      .describe('How far a step goes: a number, or a schedule.'),
    rho: beta.default(0.9).describe('The part of the mean of squared gradients that a step keeps.'),
    momentum: beta.default(0).describe('The part of a step that the next one keeps.'),
    epsilon: z.number().min(0).default(1e-7).describe('Keeps the divisor from 0.'),
  })
  .describe('RMSprop (Tieleman and Hinton 2012).');

/**
 * RMSprop (Tieleman and Hinton 2012, lecture 6.5), with ε under the root and Keras's defaults, and
 * momentum over the scaled steps. PyTorch adds ε to the root, and its ρ (`alpha`) is 0.99. The slot
 * v holds v / (1 − ρ).
 * @throws UserError when an option is wrong
 */
export const rmsprop = defineOptimizer('rmsprop', schema, ({ rho, momentum, epsilon }) => ({
  slots: momentum === 0 ? ['v'] : ['v', 'velocity'],
  scalars: (_, learningRate) => ({ rate: learningRate / Math.sqrt(1 - rho) }),
  update: (gradient, parameter, slots, { rate }) => {
    const v = add(mul(slots.v!, rho), square(gradient));
    const step = mul(div(gradient, sqrt(add(v, epsilon / (1 - rho)))), rate!);
    if (momentum === 0) return { parameter: sub(parameter, step), slots: { v } };
    const velocity = add(mul(slots.velocity!, momentum), step);
    return { parameter: sub(parameter, velocity), slots: { v, velocity } };
  },
}));

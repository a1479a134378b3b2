import { z } from 'zod';
import { add, mul, sub } from '../../graph/index.js';
import { learningRateSchema } from '../schedules/index.js';
import { defineOptimizer } from './define.js';

const schema = z
  .strictObject({
    learningRate: learningRateSchema
      .default(0.01)
      .describe('How far a step goes: a number, or a schedule.'),
    momentum: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe('The part of a step that the next one keeps.'),
    nesterov: z
      .boolean()
      .default(false)
      .describe('Whether the gradient is taken as if the step were made (Nesterov).'),
  })
  .describe('Gradient descent, with momentum if asked for.');

/**
 * Stochastic gradient descent with (Nesterov) momentum, as in Keras (Sutskever et al. 2013).
 * @throws UserError when an option is wrong
 */
export const sgd = defineOptimizer('sgd', schema, ({ momentum, nesterov }) => ({
  slots: momentum === 0 ? [] : ['velocity'],
  scalars: (_, learningRate) => ({ rate: learningRate }),
  update: (gradient, parameter, slots, { rate }) => {
    const step = mul(gradient, rate!);
    if (momentum === 0) return { parameter: sub(parameter, step), slots: {} };
    const velocity = sub(mul(slots.velocity!, momentum), step);
    const change = nesterov ? sub(mul(velocity, momentum), step) : velocity;
    return { parameter: add(parameter, change), slots: { velocity } };
  },
}));

import { z } from 'zod';
import { add, mul, sign, sub } from '../../graph/index.js';
import { learningRateSchema } from '../schedules/index.js';
import { beta } from './adam-update.js';
import { decayed, decayOptions } from './decay.js';
import { defineOptimizer } from './define.js';

const schema = z
  .strictObject({
    learningRate: learningRateSchema
      .default(1e-4)
      .describe('How far a step goes: a number, or a schedule.'),
    beta1: beta.default(0.9).describe("The part of the momentum in a step's direction."),
    beta2: beta.default(0.99).describe('The part of the momentum that a step keeps.'),
    ...decayOptions(0),
  })
  .describe('Lion (Chen et al. 2023).');

/**
 * Lion (Chen et al. 2023, "Symbolic discovery of optimization algorithms", algorithm 2): steps of
 * one size, the sign of an interpolated momentum. Its learning rate is 3 to 10 times smaller than
 * Adam's, and its decay that much larger. The slot m holds m / (1 − β₂).
 * @param options.exclude last parts of the names of parameters that do not decay, such as `['bias']`;
 * @throws UserError when an option is wrong
 */
export const lion = defineOptimizer('lion', schema, ({ beta1, beta2, weightDecay, exclude }) => ({
  slots: ['m'],
  exclude,
  scalars: (_, learningRate) => ({
    rate: learningRate,
    ...(weightDecay === 0 ? {} : { decay: learningRate * weightDecay }),
  }),
  update: (gradient, parameter, slots, { rate, decay }, decays) => {
    // sign(β₁ m + (1 − β₁) g), its argument divided by 1 − β₁.
    const memory = mul(slots.m!, (beta1 * (1 - beta2)) / (1 - beta1));
    const step = mul(sign(add(memory, gradient)), rate!);
    const m = add(mul(slots.m!, beta2), gradient);
    const kept = decay ? decayed(parameter, decay, decays) : parameter;
    return { parameter: sub(kept, step), slots: { m } };
  },
}));

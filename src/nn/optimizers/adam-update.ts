import { z } from 'zod';
import { add, div, mul, sqrt, square, sub } from '../../graph/index.js';
import type { Optimizer } from '../optimizer.js';
import { learningRateSchema } from '../schedules/index.js';

/** A factor of a running mean. */
export const beta = z.number().min(0).lt(1);

/** Options of Adam and its kin. */
export const adamOptions = {
  learningRate: learningRateSchema
    .default(0.001)
    .describe('How far a step goes: a number, or a schedule.'),
  beta1: beta.default(0.9).describe('The part of the mean of gradients that a step keeps.'),
  beta2: beta
    .default(0.999)
    .describe('The part of the mean of squared gradients that a step keeps.'),
  epsilon: z.number().min(0).default(1e-7).describe('Keeps the divisor from 0.'),
};

/**
 * Adam's two functions. The slots hold m / (1 − β₁) and v / (1 − β₂), which saves two passes over
 * the parameters; the factors and the bias corrections are in the step's scalars.
 */
export function adamUpdate(options: {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}): Pick<Optimizer, 'slots' | 'scalars' | 'update'> {
  const { beta1, beta2, epsilon } = options;
  const scale = Math.sqrt(1 - beta2);
  return {
    slots: ['m', 'v'],
    scalars: (step, learningRate) => {
      const rate = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
      return { rate: (rate * (1 - beta1)) / scale };
    },
    update: (gradient, parameter, slots, { rate }) => {
      const m = add(mul(slots.m!, beta1), gradient);
      const v = add(mul(slots.v!, beta2), square(gradient));
      const step = mul(div(m, add(sqrt(v), epsilon / scale)), rate!);
      return { parameter: sub(parameter, step), slots: { m, v } };
    },
  };
}

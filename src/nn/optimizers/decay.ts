import { z } from 'zod';
import { mul, sub, type Value } from '../../graph/index.js';

/** Options of optimizers that decay weights. */
export const decayOptions = (weightDecay: number) => ({
  weightDecay: z
    .number()
    .min(0)
    .default(weightDecay)
    .describe('The part of a parameter, times the learning rate, that a step takes away.'),
  exclude: z
    .array(z.string())
    .default([])
    .describe("Last parts of the names of parameters that do not decay, such as ['bias']."),
});

/**
 * (1 − amount) · parameter where `decays` is 1 (Loshchilov and Hutter 2019, "Decoupled weight decay
 * regularization", equation 2).
 * @param amount a scalar: learning rate · weight decay
 */
export function decayed(parameter: Value, amount: Value, decays: Value | number): Value {
  if (decays === 0) return parameter;
  const factor = sub(1, decays === 1 ? amount : mul(decays, amount));
  return mul(parameter, factor);
}

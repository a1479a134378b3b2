import { z } from 'zod';
import { adamOptions, adamUpdate } from './adam.js';
import { decayed, decayOptions } from './decay.js';
import { defineOptimizer } from './define.js';

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2); decay is multiplied by
 * the learning rate, as in PyTorch, whose default 0.01 this is, and in Keras. ε is placed as in Adam.
 */
export const adamWKind = defineOptimizer(
  'adamW',
  z
    .strictObject({ ...adamOptions, ...decayOptions(0.01) })
    .describe('Adam with decoupled weight decay (Loshchilov and Hutter 2019).'),
  ({ weightDecay, exclude, ...options }) => {
    const { slots, scalars, update } = adamUpdate(options);
    return {
      slots,
      exclude,
      scalars: (step, learningRate) => ({
        ...scalars(step, learningRate),
        decay: learningRate * weightDecay,
      }),
      update: (gradient, parameter, memory, numbers, decays) => {
        const shrunk = decayed(parameter, numbers.decay!, decays);
        return update(gradient, shrunk, memory, numbers, decays);
      },
    };
  },
);

/**
 * The AdamW optimizer.
 * @param options.exclude last parts of the names of parameters that do not decay, such as `['bias']`;
 *   none when left out
 * @throws UserError when an option is wrong
 */
export function adamW(options: z.input<typeof adamWKind.schema> = {}) {
  return adamWKind.create(options);
}

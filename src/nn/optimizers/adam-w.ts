import { z } from 'zod';
import { adamOptions, adamUpdate } from './adam-update.js';
import { decayed, decayOptions } from './decay.js';
import { defineOptimizer } from './define.js';

const schema = z
  .strictObject({ ...adamOptions, ...decayOptions(0.01) })
  .describe('Adam with decoupled weight decay (Loshchilov and Hutter 2019).');

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2); decay is multiplied by
 * the learning rate, as in PyTorch, with its default 0.01, and in Keras. ε is placed as in Adam.
 * @param options.exclude last parts of the names of parameters that do not decay, such as `['bias']`;
 * @throws UserError when an option is wrong
 */
export const adamW = defineOptimizer('adamW', schema, ({ weightDecay, exclude, ...options }) => {
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
});

import { z } from 'zod';
import { defineSchedule, fromInitial } from './define.js';

/**
 * initial · factor^epoch, falling at every step: at whole epochs as PyTorch's `ExponentialLR`.
 * @throws UserError
 */
export const exponential = defineSchedule(
  'exponential',
  z
    .strictObject({
      ...fromInitial,
      factor: z
        .number()
        .positive()
        .default(0.95)
        .describe('One epoch multiplies the number by this.'),
    })
    .describe('The same factor for every epoch.'),
  ({ initial, factor }, { epoch }) => initial * factor ** epoch,
);

import { z } from 'zod';
import { defineSchedule } from './define.js';

export const exponentialKind = defineSchedule(
  'exponential',
  {
    factor: z.number().positive().default(0.95).describe('What one epoch multiplies the rate by.'),
  },
  ({ initial, factor }, epoch) => initial * factor ** epoch,
);

/**
 * initial · factor^epoch, falling at every step: at whole epochs as PyTorch's `ExponentialLR`.
 * @throws UserError
 */
export function exponential(options: Omit<z.input<typeof exponentialKind.schema>, 'type'>) {
  return exponentialKind.create(options);
}

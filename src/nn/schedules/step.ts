import { z } from 'zod';
import { defineSchedule } from './define.js';

export const stepKind = defineSchedule(
  'step',
  {
    every: z.number().positive().describe('Epochs between two falls.'),
    factor: z.number().positive().default(0.1).describe('What a fall multiplies the rate by.'),
  },
  ({ initial, every, factor }, epoch) => initial * factor ** Math.floor(epoch / every),
);

/** initial · factor^⌊epoch / every⌋, as PyTorch's `StepLR`. @throws UserError */
export function step(options: Omit<z.input<typeof stepKind.schema>, 'type'>) {
  return stepKind.create(options);
}

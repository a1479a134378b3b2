import { z } from 'zod';
import { defineSchedule } from './define.js';

export const stepKind = defineSchedule(
  'step',
  {
    /** Epochs between two falls. */
    every: z.number().positive(),
    factor: z.number().positive().default(0.1),
  },
  ({ initial, every, factor }, epoch) => initial * factor ** Math.floor(epoch / every),
);

/** initial · factor^⌊epoch / every⌋, as PyTorch's `StepLR`. @throws UserError */
export function step(options: Omit<z.input<typeof stepKind.schema>, 'type'>) {
  return stepKind.create(options);
}

import { z } from 'zod';
import { defineSchedule, fromInitial } from './define.js';

/** initial · factor^⌊epoch / every⌋, as PyTorch's `StepLR`. @throws UserError */
export const step = defineSchedule(
  'step',
  z
    .strictObject({
      ...fromInitial,
      every: z.number().positive().describe('Epochs between two falls.'),
      factor: z.number().positive().default(0.1).describe('A fall multiplies the number by this.'),
    })
    .describe('A fall every few epochs.'),
  ({ initial, every, factor }, { epoch }) => initial * factor ** Math.floor(epoch / every),
);

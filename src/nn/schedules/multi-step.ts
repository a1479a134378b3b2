import { z } from 'zod';
import { defineSchedule, fromInitial } from './define.js';

/** initial · factor^n once n of the milestones are behind, as PyTorch's `MultiStepLR`. @throws UserError */
export const multiStep = defineSchedule(
  'multiStep',
  z
    .strictObject({
      ...fromInitial,
      milestones: z
        .array(z.number().min(0))
        .min(1)
        .describe('The epochs after which the number falls.'),
      factor: z.number().positive().default(0.1).describe('A fall multiplies the number by this.'),
    })
    .describe('A fall after each of some epochs.'),
  ({ initial, milestones, factor }, { epoch }) =>
    initial * factor ** milestones.filter((milestone) => milestone <= epoch).length,
);

import { z } from 'zod';
import { defineSchedule, fromInitial } from './define.js';

/**
 * Half a cosine from `initial` down to `final`, then `final` (Loshchilov and Hutter 2017, "SGDR",
 * equation 5, without restarts): PyTorch's `CosineAnnealingLR`, Keras's `CosineDecay`.
 * @throws UserError
 */
export const cosine = defineSchedule(
  'cosine',
  z
    .strictObject({
      ...fromInitial,
      final: z.number().min(0).default(0).describe('The number at the end.'),
      epochs: z
        .number()
        .positive()
        .optional()
        .describe('How long it falls; to the end of training when left out.'),
    })
    .describe('Half a cosine down (Loshchilov and Hutter 2017).'),
  ({ initial, final, epochs }, moment) => {
    const done = Math.min(1, moment.epoch / (epochs ?? moment.epochs));
    return final + ((initial - final) * (1 + Math.cos(Math.PI * done))) / 2;
  },
);

import { z } from 'zod';
import { defineSchedule } from './define.js';

export const cosineKind = defineSchedule(
  'cosine',
  {
    final: z.number().min(0).default(0).describe('The rate at the end.'),
    epochs: z
      .number()
      .positive()
      .optional()
      .describe('How long it falls; to the end of training when left out.'),
  },
  ({ initial, final, epochs }, epoch, context) => {
    const done = Math.min(1, epoch / (epochs ?? context.epochs));
    return final + ((initial - final) * (1 + Math.cos(Math.PI * done))) / 2;
  },
);

/**
 * Half a cosine from `initial` down to `final`, then `final` (Loshchilov and Hutter 2017, "SGDR",
 * equation 5, without restarts): PyTorch's `CosineAnnealingLR`, Keras's `CosineDecay`.
 * @throws UserError
 */
export function cosine(options: Omit<z.input<typeof cosineKind.schema>, 'type'>) {
  return cosineKind.create(options);
}

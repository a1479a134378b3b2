import { z } from 'zod';
import { defineSchedule } from './define.js';

export const onPlateauKind = defineSchedule(
  'onPlateau',
  {
    metric: z
      .string()
      .default('val_loss')
      .describe('What is watched at epoch ends; smaller is better.'),
    factor: z
      .number()
      .positive()
      .lt(1)
      .default(0.1)
      .describe('What a fall multiplies the rate by.'),
    patience: z
      .int()
      .min(0)
      .default(10)
      .describe('Epochs without an improvement that are borne before the rate falls.'),
    minDelta: z
      .number()
      .min(0)
      .default(1e-4)
      .describe('What counts as an improvement: a metric under the best by this much.'),
    cooldown: z
      .int()
      .min(0)
      .default(0)
      .describe('Epochs after a fall in which nothing is counted.'),
    minimum: z.number().min(0).default(0).describe('The rate falls no lower.'),
  },
  (schedule, _, { history }) => {
    const { metric, factor, patience, minDelta, cooldown, minimum } = schedule;
    let [rate, best, waited, cooling] = [schedule.initial, Number.POSITIVE_INFINITY, 0, 0];
    for (const line of history) {
      const value = line[metric]!;
      waited += 1;
      if (value < best - minDelta) [best, waited] = [value, 0];
      if (cooling > 0) [cooling, waited] = [cooling - 1, 0];
      if (waited > patience) {
        rate = Math.max(rate * factor, minimum);
        [cooling, waited] = [cooldown, 0];
      }
    }
    return rate;
  },
);

/**
 * The rate falls when a metric has stopped falling: PyTorch's `ReduceLROnPlateau` with
 * `threshold_mode='abs'`.
 * @throws UserError
 */
export function onPlateau(options: Omit<z.input<typeof onPlateauKind.schema>, 'type'>) {
  return onPlateauKind.create(options);
}

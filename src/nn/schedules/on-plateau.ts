import { z } from 'zod';
import { defineSchedule, fromInitial } from './define.js';

/**
 * The number falls when a metric has stopped falling: PyTorch's `ReduceLROnPlateau` with
 * `threshold_mode='abs'`.
 * @throws UserError
 */
export const onPlateau = defineSchedule(
  'onPlateau',
  z
    .strictObject({
      ...fromInitial,
      metric: z
        .string()
        .default('val_loss')
        .describe('The metric that is watched at epoch ends; smaller is better.'),
      factor: z
        .number()
        .positive()
        .lt(1)
        .default(0.1)
        .describe('A fall multiplies the number by this.'),
      patience: z
        .int()
        .min(0)
        .default(10)
        .describe('Epochs without an improvement that are borne before it falls.'),
      minDelta: z
        .number()
        .min(0)
        .default(1e-4)
        .describe('An improvement is a metric under the best by more than this.'),
      cooldown: z
        .int()
        .min(0)
        .default(0)
        .describe('Epochs after a fall in which nothing is counted.'),
      minimum: z.number().min(0).default(0).describe('It falls no lower.'),
    })
    .describe('Falls when a metric has stopped falling.'),
  (schedule, { history }) => {
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

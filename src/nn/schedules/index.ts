import { z } from 'zod';
import { constantKind } from './constant.js';
import { cosineKind } from './cosine.js';
import type { ScheduleContext, ScheduleKind } from './define.js';
import { exponentialKind } from './exponential.js';
import { onPlateauKind } from './on-plateau.js';
import { stepKind } from './step.js';

export { constant } from './constant.js';
export { cosine } from './cosine.js';
export type { ScheduleContext } from './define.js';
export { exponential } from './exponential.js';
export { onPlateau } from './on-plateau.js';
export { step } from './step.js';

/** Every kind of schedule that config files can name. */
const kinds = {
  constant: constantKind,
  step: stepKind,
  exponential: exponentialKind,
  cosine: cosineKind,
  onPlateau: onPlateauKind,
};

const scheduleSchema = z.discriminatedUnion('type', [
  kinds.constant.schema,
  kinds.step.schema,
  kinds.exponential.schema,
  kinds.cosine.schema,
  kinds.onPlateau.schema,
]);

/** A learning rate that changes as training goes on, as plain data. */
export type LearningRateSchedule = z.output<typeof scheduleSchema>;

/** A learning rate: one number, or a schedule. */
export const learningRateSchema = z.union([z.number().min(0), scheduleSchema]).meta({
  id: 'learningRate',
  description: 'A number, or a schedule; lengths of time are epochs.',
});
export type LearningRate = z.output<typeof learningRateSchema>;

/** A schedule after a warm-up: the rate rises in a line from 0 to the schedule's first rate. */
export function warmup<Schedule extends LearningRateSchedule>(
  epochs: number,
  schedule: Schedule,
): Schedule {
  const kind = kinds[schedule.type] as unknown as ScheduleKind<z.ZodObject>;
  return kind.create({ ...schedule, warmup: epochs }) as Schedule;
}

/**
 * The learning rate at a moment.
 * @param epoch epochs done, a fraction inside of one
 * @param context how long training lasts, and the epochs behind
 */
export function learningRateAt(
  rate: LearningRate,
  epoch: number,
  context: ScheduleContext,
): number {
  if (typeof rate === 'number') return rate;
  if (epoch < rate.warmup) return (rate.initial * epoch) / rate.warmup;
  const kind = kinds[rate.type] as unknown as ScheduleKind<z.ZodObject>;
  return kind.rate(rate, epoch - rate.warmup, {
    epochs: context.epochs - rate.warmup,
    history: context.history.slice(Math.ceil(rate.warmup)),
  });
}

/** The metric that a learning rate follows, if it follows one. */
export function watchedMetric(rate: LearningRate): string | undefined {
  return typeof rate === 'object' && rate.type === 'onPlateau' ? rate.metric : undefined;
}

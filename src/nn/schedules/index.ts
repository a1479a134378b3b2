/*
 * Numbers that change as training goes on, a file a kind; all.ts lists them. Learning rates and the
 * numbers of objectives, such as β, take the same ones.
 */
import { z } from 'zod';
import { Registry } from '../../base/settings/registry.js';
import * as all from './all.js';
import type { ScheduleKind, ScheduleMoment } from './define.js';

export * from './all.js';
export type { ScheduleMoment } from './define.js';

const registry = new Registry<ScheduleKind>('schedule', all);

/** The names that config files and the command line use. */
export const scheduleNames = registry.names;

/** A schedule as plain data. */
export type Schedule = ReturnType<(typeof all)[keyof typeof all]>;

/** The same as users may write it, with defaults left out. */
export type ScheduleOptions = {
  [Name in keyof typeof all]: { readonly type: Name } & z.input<(typeof all)[Name]['schema']>;
}[keyof typeof all];

type Scheduled = z.ZodType<Schedule, ScheduleOptions>;

const schema = registry.schema() as unknown as Scheduled;

/** A number of an objective, such as β: one number, or a schedule. */
export const scheduleSchema = z
  .union([z.number(), schema])
  .meta({ id: 'schedule', description: 'A number that stays or changes as training goes on.' });

/** A learning rate: one number from 0, or a schedule. */
export const learningRateSchema = z.union([z.number().min(0), schema]).meta({
  id: 'learningRate',
  description: 'A number, or a schedule; lengths of time are epochs unless they say steps.',
});

export type LearningRate = z.output<typeof learningRateSchema>;

/** A schedule after a warm-up: the number rises in a line from 0 to the schedule's first. */
export function warmup<Warm extends Extract<Schedule, { warmup: number }>>(
  epochs: number,
  schedule: Warm,
): Warm {
  const { type, ...options } = schedule;
  return registry.get(type, 'warmup').create({ ...options, warmup: epochs }) as Warm;
}

/** The number of a schedule at a moment. */
export function valueAt(schedule: number | Schedule, moment: ScheduleMoment): number {
  if (typeof schedule === 'number') return schedule;
  const kind = registry.get(schedule.type, 'schedule');
  if (!('warmup' in schedule)) return kind.valueAt(schedule, moment);
  const { initial, warmup: epochs } = schedule;
  if (moment.epoch < epochs) return (initial * moment.epoch) / epochs;
  return kind.valueAt(schedule, {
    ...moment,
    epoch: moment.epoch - epochs,
    epochs: moment.epochs - epochs,
    history: moment.history.slice(Math.ceil(epochs)),
  });
}

/** The metric that a number follows, if it follows one. */
export function watchedMetric(schedule: number | Schedule): string | undefined {
  return typeof schedule === 'object' && schedule.type === 'onPlateau'
    ? schedule.metric
    : undefined;
}

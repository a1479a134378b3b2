import { z } from 'zod';
import type { Schedule } from '../../step/index.js';

/**
 * A number that stays or changes by step, as plain data.
 * - a number
 * - `linear`: `from` at the first step, `to` after `steps` steps and from then on (Bowman et al.
 *   2016, §3.1, https://arxiv.org/abs/1511.06349; Sønderby et al. 2016, §2.3,
 *   https://arxiv.org/abs/1602.02282)
 * - `cyclical`: in each `period` steps a line from `from` to `to` over the first `ratio` of them,
 *   then `to` (Fu et al. 2019, eq. 6 and 7, https://arxiv.org/abs/1903.10145)
 */
export const scheduleSchema = z
  .union([
    z.number(),
    z.discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('linear'),
        from: z.number().default(0).describe('Where it starts.'),
        to: z.number().default(1).describe('Where it ends.'),
        steps: z.int().min(1).describe('Steps from one to the other.'),
      }),
      z.strictObject({
        type: z.literal('cyclical'),
        from: z.number().default(0).describe('Where it starts.'),
        to: z.number().default(1).describe('Where it ends.'),
        period: z.int().min(1).describe('Steps of one cycle.'),
        ratio: z
          .number()
          .gt(0)
          .max(1)
          .default(0.5)
          .describe('The part of a cycle in which it changes.'),
      }),
    ]),
  ])
  .meta({ id: 'schedule', description: 'A number that stays or changes by step.' });

export type ScheduleOptions = z.input<typeof scheduleSchema>;
export type CheckedSchedule = z.output<typeof scheduleSchema>;

/** The number of a schedule at a step, counted from 1; at step Infinity, its last. */
export function toSchedule(schedule: CheckedSchedule): Schedule {
  if (typeof schedule === 'number') return schedule;
  const { from, to } = schedule;
  const share =
    schedule.type === 'linear'
      ? (done: number) => done / schedule.steps
      : (done: number) => (done % schedule.period) / schedule.period / schedule.ratio;
  return (step) => {
    if (step === Infinity) return to;
    return from + (to - from) * Math.min(1, share(Math.max(0, step - 1)));
  };
}

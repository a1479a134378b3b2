import { z } from 'zod';
import { validate } from '../../base/settings/validate.js';

/** The moment of a training for which a schedule is asked. */
export interface ScheduleMoment {
  /** Steps done: changes of the parameters for learning rates, batches for an objective's numbers. */
  readonly steps: number;
  /** Epochs done, a fraction inside of one. */
  readonly epoch: number;
  /** Number of epochs that training lasts. */
  readonly epochs: number;
  /** The metrics of the epochs behind, in order. */
  readonly history: readonly Readonly<Record<string, number>>[];
}

/** A kind of schedule that config files can name. */
export interface ScheduleKind<Schema extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  readonly schema: Schema;
  /** The schedule as checked plain data. @throws UserError when an option is wrong */
  create(options: z.input<Schema>): { readonly type: string } & z.output<Schema>;
  /** The number at a moment, of which it may know nothing. */
  valueAt(schedule: z.output<Schema>, moment: ScheduleMoment): number;
}

/** Options of schedules that begin with a number and may rise to it first. */
export const fromInitial = {
  initial: z.number().min(0).describe('The number at the start, or where the warm-up leads.'),
  warmup: z
    .number()
    .min(0)
    .default(0)
    .describe('Epochs in which the number rises in a line from 0 to `initial`.'),
};

/** The type of a schedule of a kind, as plain data. */
type Scheduled<Type extends string, Schema extends z.ZodObject> = {
  readonly type: Type;
} & z.output<Schema>;

/**
 * Describes a kind of schedule once: its name, its options and its formula.
 * @returns the function for users, which is the kind too
 */
export function defineSchedule<const Type extends string, Schema extends z.ZodObject>(
  type: Type,
  schema: Schema,
  valueAt: (schedule: z.output<Schema>, moment: ScheduleMoment) => number,
) {
  const create = (options: z.input<Schema>) =>
    ({ type, ...(validate(schema, options, type) as object) }) as Scheduled<Type, Schema>;
  return Object.assign((options: z.input<Schema>) => create(options), {
    type,
    schema,
    create,
    valueAt,
  });
}

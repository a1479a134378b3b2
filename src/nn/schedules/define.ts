import { z } from 'zod';
import { validate } from '../../data/validate.js';

/** What a schedule may look at. Lengths of time are epochs, fractions of them allowed. */
export interface ScheduleContext {
  /** How long the schedule lasts. */
  readonly epochs: number;
  /** The metrics of the epochs behind, in order. */
  readonly history: readonly Readonly<Record<string, number>>[];
}

/** A kind of schedule that config files can name. */
export interface ScheduleKind<Schema extends z.ZodObject> {
  readonly schema: Schema;
  /** The schedule as checked plain data. @throws UserError when an option is wrong */
  create(options: Omit<z.input<Schema>, 'type'>): z.output<Schema>;
  /** The rate after so many epochs, which the context may know nothing of. */
  rate(schedule: z.output<Schema>, epoch: number, context: ScheduleContext): number;
}

/** What every schedule has. */
const common = {
  initial: z
    .number()
    .min(0)
    .describe('The learning rate at the start, or where the warm-up leads.'),
  warmup: z
    .number()
    .min(0)
    .default(0)
    .describe('Epochs in which the rate rises in a line from 0 to `initial`.'),
};

type Common<Type extends string> = { type: z.ZodLiteral<Type> } & typeof common;

/** Describes a kind of schedule once: its name, its options and its formula. */
export function defineSchedule<const Type extends string, Shape extends z.ZodRawShape>(
  type: Type,
  shape: Shape,
  rate: (
    schedule: z.output<z.ZodObject<Common<Type> & Shape>>,
    epoch: number,
    context: ScheduleContext,
  ) => number,
): ScheduleKind<z.ZodObject<Common<Type> & Shape, z.core.$strict>> {
  const schema = z.strictObject({ type: z.literal(type), ...common, ...shape }) as z.ZodObject<
    Common<Type> & Shape,
    z.core.$strict
  >;
  return {
    schema,
    create: (options) => validate(schema, { type, ...options }, type),
    rate: rate as ScheduleKind<typeof schema>['rate'],
  };
}

import { z } from 'zod';
import { fillUniform, randomStream } from '../base/random.js';
import { oneOf } from '../base/settings/kinds.js';

const count = z
  .int()
  .min(2)
  .default(5)
  .describe('How many values a grid takes of it, from the first to the last.');

const isRange = ({ from, to }: { readonly from: number; readonly to: number }) => from <= to;
const range = { error: 'from must be no more than to' };

const choice = z
  .strictObject({
    type: z.literal('choice'),
    values: z.array(z.unknown()).min(1).describe('The values, each as likely as the others.'),
  })
  .meta({ title: 'One of some values', description: 'A list stands for it too.' });

const uniform = z
  .strictObject({
    type: z.literal('uniform'),
    from: z.number().describe('The least value.'),
    to: z.number().describe('The largest value.'),
    count,
  })
  .refine(isRange, range)
  .meta({ title: 'A number', description: 'All values between two are as likely.' });

const logUniform = z
  .strictObject({
    type: z.literal('logUniform'),
    from: z.number().positive().describe('The least value.'),
    to: z.number().positive().describe('The largest value.'),
    count,
  })
  .refine(isRange, range)
  .meta({
    title: 'A number by its size',
    description: 'All logarithms between two are as likely, as for learning rates.',
  });

const integer = z
  .strictObject({
    type: z.literal('integer'),
    from: z.int().describe('The least value.'),
    to: z.int().describe('The largest value.'),
    step: z.int().min(1).default(1).describe('From one value to the next.'),
  })
  .refine(isRange, range)
  .meta({ title: 'A whole number' });

const kinds = oneOf<z.ZodObject>('setting', [choice, uniform, logUniform, integer]);

/** The values that a setting may have. */
export const settingSchema = z.union([z.array(z.unknown()).min(1), kinds]);

type Kind =
  | z.output<typeof choice>
  | z.output<typeof uniform>
  | z.output<typeof logUniform>
  | z.output<typeof integer>;

/** A setting as it is given: a list of values, or a kind of them. */
export type SettingOptions =
  | readonly unknown[]
  | z.input<typeof choice>
  | z.input<typeof uniform>
  | z.input<typeof logUniform>
  | z.input<typeof integer>;

/** A setting as a sweep has it, with its defaults. */
export type Setting = readonly unknown[] | Kind;

/** Digits that are kept: readable, and the same on every system, whose logarithms differ in the last bit. */
const digits = 6;

/** A number of few digits that is still between two. */
const rounded = (value: number, from: number, to: number) =>
  Math.min(to, Math.max(from, Number(value.toPrecision(digits))));

/** The value at a share of the way from the least to the largest, in [0, 1]. */
function between(kind: 'uniform' | 'logUniform', from: number, to: number, share: number): number {
  const value =
    kind === 'uniform' ? from + share * (to - from) : from * Math.exp(share * Math.log(to / from));
  return rounded(value, from, to);
}

const asKind = (setting: Setting): Kind =>
  Array.isArray(setting) ? { type: 'choice', values: setting } : (setting as Kind);

/** All values that a grid takes of a setting. */
export function gridValues(setting: Setting): readonly unknown[] {
  const kind = asKind(setting);
  switch (kind.type) {
    case 'choice':
      return kind.values;
    case 'integer': {
      const { from, to, step } = kind;
      return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
    }
    default: {
      const { type, from, to, count } = kind;
      return Array.from({ length: count }, (_, i) => between(type, from, to, i / (count - 1)));
    }
  }
}

/**
 * A random value of a setting; seed, path and the run's number alone decide it.
 * @param path of the setting
 * @param run the run's number
 */
export function drawValue(setting: Setting, seed: number, path: string, run: number): unknown {
  const drawn = new Float32Array(1);
  fillUniform(randomStream(seed, path, run), drawn);
  const kind = asKind(setting);
  if (kind.type === 'uniform' || kind.type === 'logUniform') {
    return between(kind.type, kind.from, kind.to, drawn[0]!);
  }
  const values = gridValues(kind);
  return values[Math.floor(drawn[0]! * values.length)];
}

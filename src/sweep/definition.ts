import { z } from 'zod';
import { oneOf } from '../base/settings/kinds.js';
import { validate } from '../base/settings/validate.js';
import { type Setting, settingSchema } from './settings.js';

const seed = z.int().min(0).default(0).describe('Decides the values that are drawn.');

const runs = z.int().min(1).describe('How many runs there are.');

const halved = {
  runs: runs.optional().describe('How many runs are drawn; all of the grid when left out.'),
  seed,
  least: z.int().min(1).default(1).describe('Epochs after which runs are first compared.'),
  factor: z
    .int()
    .min(2)
    .default(3)
    .describe('The best of so many runs goes on, for about so many times the epochs.'),
};

const grid = z
  .strictObject({ type: z.literal('grid') })
  .meta({ title: 'Grid', description: 'Every value with every other.' });

const random = z
  .strictObject({ type: z.literal('random'), runs, seed })
  .meta({ title: 'Random', description: 'Values drawn by chance.' });

const halving = z.strictObject({ type: z.literal('halving'), ...halved }).meta({
  title: 'Successive halving',
  description:
    'All runs are trained for few epochs, the best of them for more, and so on; each time all are waited for.',
});

const asha = z.strictObject({ type: z.literal('asha'), ...halved }).meta({
  title: 'Asynchronous successive halving',
  description:
    'The same without waiting (ASHA, Li et al. 2020): a run goes on as soon as it is among the best of those that came as far.',
});

const methodSchema = oneOf<z.ZodObject>('method', [grid, random, halving, asha]);

/** The way in which a sweep goes through its settings. */
export type Method =
  | z.output<typeof grid>
  | z.output<typeof random>
  | z.output<typeof halving>
  | z.output<typeof asha>;

/** The same as it is given: options with a default may be left out. */
export type MethodOptions =
  | z.input<typeof grid>
  | z.input<typeof random>
  | z.input<typeof halving>
  | z.input<typeof asha>;

/** The parts of a search, of any settings. */
export const searchShape = {
  method: methodSchema.describe('How values are chosen, and which runs are trained to their end.'),
  settings: z
    .record(z.string(), settingSchema)
    .refine((settings) => Object.keys(settings).length > 0, { error: 'give at least one setting' })
    .describe(
      'Values of settings by their place in a config, as "training.optimizer.learningRate" or "model.encoder[0].units".',
    ),
};

const better = z
  .enum(['less', 'more'])
  .describe('Which is better; less when left out, and for measures of judge what is usual.');

const metricSchema = z
  .union([
    z.string().min(1),
    z.strictObject({
      name: z
        .string()
        .min(1)
        .describe('A number of metrics.jsonl, or a measure of vaekit judge such as "frechet/raw".'),
      from: z
        .enum(['metrics', 'judge'])
        .default('metrics')
        .describe('Where it comes from: metrics.jsonl, or vaekit judge.'),
      better: better.optional(),
      epoch: z
        .enum(['last', 'best'])
        .default('last')
        .describe('The epoch that counts, of numbers of metrics.jsonl.'),
      count: z.int().min(6).optional().describe('Examples that are judged.'),
      samples: z.int().min(1).optional().describe('Draws by which judge estimates log p(x).'),
    }),
  ])
  .optional()
  .describe('The number that runs are compared by; val_loss, or without validation loss.');

/** A sweep as its file has it. @public `schema/write.mjs` publishes it */
export const sweepSchema = z.strictObject({
  $schema: z.string().optional().describe('The JSON schema of this file, for editors.'),
  config: z
    .union([
      z.string().min(1),
      z.strictObject({
        preset: z.string().optional(),
        model: z.record(z.string(), z.unknown()).optional(),
        training: z.record(z.string(), z.unknown()).optional(),
      }),
    ])
    .optional()
    .describe(
      'The settings that all runs share: a config file, or what one holds. vae.config.* of the working folder when left out.',
    ),
  ...searchShape,
  metric: metricSchema,
});

/** A sweep as its file has it, with defaults. */
export type SweepDefinition = Omit<z.output<typeof sweepSchema>, 'method' | 'settings'> & Search;

/** Values and the way through them. */
export interface Search {
  readonly method: Method;
  readonly settings: Readonly<Record<string, Setting>>;
}

/** Checks the content of a sweep's file. @throws UserError that names the wrong key by its path */
export function checkSweep(value: unknown, name: string): SweepDefinition {
  return validate(sweepSchema, value, name, { isFile: true }) as unknown as SweepDefinition;
}

import { z } from 'zod';
import { type DescribedOption, describeOptions, option } from '../../base/settings/option.js';
import { validate } from '../../base/settings/validate.js';
import { descriptionSchema } from '../../data/description-schema.js';
import { readOptionsSchema } from '../../data/read-options.js';
import { type Optimizer, optimizerFromConfig } from '../../nn/index.js';
import { type FitOptions, trainingShape } from '../../training/index.js';
import { samplerSchema } from '../samplers/index.js';
import { namedModelSchema } from './options.js';
import { type PresetName, presetNames, presetTitles, type RunConfig } from './presets.js';

/** Schema of the settings of training: the `training` of `config.json`. */
export const trainingSchema = z.strictObject({
  data: z
    .string()
    .default('mnist')
    .meta(
      option(
        'Examples to train on: mnist, fashion-mnist, sprites, a folder of pictures, or a file (.npy, .npz, CSV, Parquet, IDX).',
        {
          flag: {
            flag: '--data <data>',
            help: 'mnist, fashion-mnist, sprites, a folder of pictures, or a file: .npy, .npz, CSV, Parquet, IDX',
          },
          resumable: true,
        },
      ),
    ),
  dataFrom: z
    .string()
    .optional()
    .meta(
      option(
        'The folder that the paths of data and of a file of labels start from, seen from this file. Runs have it, so that their data is found from any folder.',
        { usually: 'the working folder', resumable: true, advanced: true, example: "'..'" },
      ),
    ),
  read: readOptionsSchema
    .optional()
    .meta(
      option('How the data is read.', { example: "{ resize: 64, crop: 'center', channels: 3 }" }),
    ),
  ...trainingShape,
  keepCheckpoints: z
    .int()
    .min(1)
    .default(2)
    .meta(
      option('How many of the last checkpoints are kept, beside the best.', {
        flag: {
          flag: '--keep-checkpoints <n>',
          help: 'how many of the last checkpoints are kept, beside the best (default: 2)',
        },
        resumable: true,
        advanced: true,
      }),
    ),
});

const written = {
  $schema: z.string().optional().describe('The JSON schema of this file, for editors.'),
  format: z.int().optional().describe("The version of the run folder's layout."),
  vaekit: z.string().optional().describe('The version that wrote the file.'),
  sampler: samplerSchema
    .optional()
    .describe('The sampler that was fitted to the latents; a training from this file fits none.'),
  trainedOn: descriptionSchema
    .optional()
    .describe(
      'Facts of the data that the model was trained on; a training from this file has its own.',
    ),
};

/** A whole run as plain data: the content of `config.json`. */
const runSchema = z.strictObject({
  ...written,
  model: namedModelSchema,
  training: trainingSchema.prefault({}),
});

/**
 * A run that may leave out settings that its preset and the data give.
 * @public `schema/write.mjs` publishes it
 */
export const configSchema = z
  .strictObject({
    ...written,
    preset: z
      .enum(presetNames)
      .optional()
      .meta(
        option('Network and settings to start from; model and training go over them.', {
          flag: {
            flag: '--preset <name>',
            help: 'network and settings to start from',
            reads: 'text',
          },
          kinds: presetNames,
          usually: 'by the data, which is told',
          field: { label: 'Network', titles: presetTitles },
        }),
      ),
    model: namedModelSchema.partial().optional().describe('How the VAE is built.'),
    training: trainingSchema.optional().describe('How it is trained.'),
  })
  .superRefine(({ preset: name, model = {} }, context) => {
    if (model.kl && model.objective) {
      const message = 'kl and objective exclude each other. Give the objective the weight';
      context.addIssue({ code: 'custom', path: ['model'], message });
    }
    if (name !== undefined) return;
    for (const key of ['latent', 'encoder', 'decoder'] as const) {
      if (model[key] !== undefined) continue;
      const message = `it is missing. Give it, or start from a preset (${presetNames.join(', ')})`;
      context.addIssue({ code: 'custom', path: ['model', key], message });
    }
  });

/**
 * Every option of a config, in its order.
 * @public `schema/write.mjs` makes flags, forms and documents of it
 */
export const runOptions = (): DescribedOption[] => {
  // Facts of a run that are no options.
  const { trainedOn: _, ...options } = configSchema.shape;
  return describeOptions(options);
};

/** A checked config as it was given: defaults are filled in once it is whole. */
export interface ConfigData {
  readonly preset?: PresetName;
  readonly model?: Readonly<Record<string, unknown>>;
  readonly training?: Readonly<Record<string, unknown>>;
}

export type CompleteRun = z.output<typeof runSchema>;

/**
 * Checks a config, such as a file's: all of it, down to each layer's options.
 * @param name the file
 * @throws UserError that names the wrong key by its path
 */
export function checkConfig(value: unknown, name: string): ConfigData {
  validate(configSchema, value, name, { isFile: true });
  return value as ConfigData;
}

/** The settings of a run's `training` as `fit` takes them. */
export function fitOptionsOf(
  training: CompleteRun['training'],
): FitOptions & { readonly optimizer: Optimizer } {
  const settings = Object.entries(training).filter(([name]) => Object.hasOwn(trainingShape, name));
  const { players = {} } = training;
  const built = Object.entries(players).map(([name, { optimizer }]) => {
    return [name, optimizer ? { optimizer: optimizerFromConfig(optimizer) } : {}] as const;
  });
  return {
    ...Object.fromEntries(settings),
    optimizer: optimizerFromConfig(training.optimizer),
    players: Object.fromEntries(built),
  };
}

/** A run's settings, checked and with all defaults. @throws UserError */
export function checkRun(run: RunConfig, name: string): CompleteRun {
  return validate(runSchema, run, name, { isFile: true });
}

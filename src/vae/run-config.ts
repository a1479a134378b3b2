import { z } from 'zod';
import { readOptionsSchema } from '../data/read-options.js';
import { validate } from '../data/validate.js';
import { layerSchema, optimizerSchema } from '../nn/index.js';
import { fitShape, mostThreads } from '../training/index.js';
import { objectiveSchema } from './objectives/index.js';
import { modelSchema } from './options.js';
import {
  type PresetName,
  type PresetOptions,
  preset,
  presetNames,
  type RunConfig,
} from './presets.js';
import { samplerSchema } from './samplers/index.js';

/** How a run is trained: the `training` of `config.json`. */
export const trainingSchema = z.strictObject({
  data: z
    .string()
    .default('mnist')
    .describe(
      'What is trained on: mnist, fashion-mnist, a folder of pictures, or a file (.npy, .npz, CSV, Parquet, IDX).',
    ),
  dataFrom: z
    .string()
    .optional()
    .describe(
      'The folder that the paths of data and of a file of labels start from, seen from this file; the working folder when left out. Runs have it, so that their data is found from any folder.',
    ),
  read: readOptionsSchema.optional().describe('How the data is read.'),
  epochs: z.int().min(0).default(30).describe('How often every example is seen.'),
  batchSize: z.int().min(1).default(32).describe('Examples a step.'),
  optimizer: optimizerSchema.prefault({}),
  ...fitShape,
  keepCheckpoints: z
    .int()
    .min(1)
    .optional()
    .describe('How many of the last checkpoints are kept, beside the best; 2 when left out.'),
  threads: z
    .int()
    .min(1)
    .max(mostThreads)
    .optional()
    .describe('Threads that compute a step; as many as pay when left out.'),
  device: z
    .enum(['cpu', 'webgpu'])
    .optional()
    .describe('What steps run on: cpu (when left out), or a graphics processor by webgpu.'),
});

export type TrainingConfig = z.input<typeof trainingSchema>;

/**
 * A model whose layers and objective are checked too. With the default seed, no unit of the
 * reference VAE dies.
 */
const runModelSchema = modelSchema.extend({
  input: modelSchema.shape.input.describe(
    "Shape of one example: [channels, height, width] for images; the data's when left out.",
  ),
  latent: modelSchema.shape.latent.describe('How many latents.'),
  encoder: z.array(layerSchema).describe('Layers before the heads, which are dense layers.'),
  decoder: z
    .array(layerSchema)
    .describe(
      "Layers from the latents to the likelihood's parameters: the input's shape, with as many times the channels as the likelihood has numbers a value.",
    ),
  objective: objectiveSchema.optional(),
  seed: z
    .int()
    .min(0)
    .default(42)
    .describe('Decides the first parameters, the order of examples and all noise.'),
});

const written = {
  $schema: z.string().optional().describe('The JSON schema of this file, for editors.'),
  format: z.int().optional().describe("The version of the run folder's layout."),
  vaekit: z.string().optional().describe('The version that wrote the file.'),
  sampler: samplerSchema
    .optional()
    .describe('The sampler that was fitted to the latents; a training from this file fits none.'),
};

/** A whole run as plain data: what `config.json` holds. */
const runSchema = z.strictObject({
  ...written,
  model: runModelSchema,
  training: trainingSchema.prefault({}),
});

/**
 * A run that may leave out what its preset and the data give.
 * @public `schema/write.mjs` publishes it
 */
export const configSchema = z
  .strictObject({
    ...written,
    preset: z
      .enum(presetNames)
      .optional()
      .describe('Network and settings to start from; model and training go over them.'),
    model: runModelSchema.partial().optional().describe('How the VAE is built.'),
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

/** A run's settings, checked and with all defaults. @throws UserError */
export function checkRun(run: RunConfig, name: string): CompleteRun {
  return validate(runSchema, run, name, { isFile: true });
}

/**
 * A config over its preset, and with the data's shape where it names none.
 * @param shape of one example of the data
 * @param options what the preset is built with, whatever the config says
 * @throws UserError when the preset cannot take the shape
 */
export function overPreset(
  config: ConfigData,
  shape: readonly number[],
  options: PresetOptions = {},
): RunConfig {
  const { model = {}, training = {} } = config;
  const input = (model.input as number[] | undefined) ?? shape;
  const latent = options.latent ?? (model.latent as number | undefined);
  const likelihood = options.likelihood ?? model.likelihood;
  const base = config.preset
    ? preset(config.preset, input, { latent, likelihood })
    : { model: { input }, training: {} };
  const { kl, objective, ...network } = base.model as Record<string, unknown>;
  const aims = model.kl || model.objective ? {} : { kl, objective };
  return {
    model: {
      ...network,
      ...aims,
      ...model,
      ...(latent === undefined ? {} : { latent }),
      ...(likelihood === undefined ? {} : { likelihood }),
    },
    training: { ...base.training, ...training },
  };
}

import { z } from 'zod';
import { UserError } from '../data/errors.js';
import type { ExampleOptions } from '../data/input.js';
import { exampleSchema } from '../data/input-schema.js';
import { validate } from '../data/validate.js';
import { type Layer, layerFromConfig, layerToConfig } from '../nn/index.js';
import { requireLayers, requireMade } from './given.js';
import {
  type LikelihoodOptions,
  likelihoodFromConfig,
  likelihoodSchema,
  likelihoodToConfig,
} from './likelihoods/index.js';
import { type Objective, objectiveFromConfig, objectiveToConfig, vae } from './objectives/index.js';
import type { KlOptions, Posterior } from './posterior.js';

/** How a VAE is built. */
export interface VAEOptions {
  /** Shape of one example: [channels, height, width] for images. */
  readonly input: readonly number[];
  /** How examples are to be taken; by their shape when left out. */
  readonly example?: ExampleOptions;
  /** How many latents. */
  readonly latent: number;
  /** Layers before the two heads, `mean` and `logVariance`, which are dense layers. */
  readonly encoder: readonly Layer[];
  /**
   * Layers from [batch, latent] to the likelihood's parameters: [batch, ...input], with k times the
   * channels for a likelihood of k numbers a value.
   */
  readonly decoder: readonly Layer[];
  /**
   * How the decoder's output describes examples: a name, or `{ type: 'gaussian', variance: 0.1 }`;
   * `bernoulli`, which takes logits, when left out.
   */
  readonly likelihood?: LikelihoodOptions;
  /** By default weight 0.5 and reduction `sum`: the loss is the negative ELBO. */
  readonly kl?: Partial<KlOptions>;
  /** The loss that training makes small, in the place of `kl`; `vae(kl)` when left out. */
  readonly objective?: Objective;
  /** Draws z from the posterior; by default the reparameterization trick. */
  readonly sampling?: Layer<Posterior>;
  /** Decides the first parameters, the order of examples and all noise. */
  readonly seed?: number;
}

const layerSchema = z.looseObject({ type: z.string() });

/** A VAE as plain data: the `model` of `config.json`. */
export const modelSchema = z.strictObject({
  input: z.array(z.int().min(1)).min(1),
  example: exampleSchema.optional(),
  latent: z.int().min(1),
  encoder: z.array(layerSchema),
  decoder: z.array(layerSchema),
  likelihood: likelihoodSchema.default('bernoulli'),
  kl: z
    .strictObject({
      weight: z
        .number()
        .min(0)
        .default(0.5)
        .describe('The factor before the KL term; ½ for the negative ELBO.'),
      reduction: z
        .enum(['sum', 'mean'])
        .default('sum')
        .describe('Over latents: sum (textbook) or mean.'),
    })
    .optional()
    .describe('How the KL term is weighed, where there is no objective.'),
  objective: z.looseObject({ type: z.string() }).optional(),
  seed: z.int().min(0).default(0),
});

export type ModelConfig = z.output<typeof modelSchema>;

/** @throws UserError when there are both */
function requireOne(name: string, kl: unknown, objective: unknown): void {
  if (kl !== undefined && objective !== undefined) {
    throw new UserError(
      `${name}: kl and objective exclude each other. Give the objective the weight, as in betaVae({ beta: 4 }).`,
    );
  }
}

/** The options as checked plain data. @throws UserError that names the wrong key */
export function toConfig(options: VAEOptions): ModelConfig {
  const { sampling, encoder, decoder, objective, ...rest } = options;
  requireOne('VAE', rest.kl, objective);
  requireLayers('VAE.encoder', encoder);
  requireLayers('VAE.decoder', decoder);
  if (objective !== undefined) {
    requireMade('VAE.objective', objective, 'terms', 'an objective, such as betaVae({ beta: 4 })');
  }
  if (sampling !== undefined) requireMade('VAE.sampling', sampling, 'apply', 'a layer');
  const config = validate(
    modelSchema,
    {
      ...rest,
      ...(objective ? { objective: objectiveToConfig(objective) } : { kl: rest.kl ?? {} }),
      encoder: encoder.map(layerToConfig),
      decoder: decoder.map(layerToConfig),
    },
    'VAE',
  );
  return { ...config, likelihood: likelihoodToConfig(likelihoodFromConfig(config.likelihood)) };
}

/** The objective that the options name. */
export function objectiveOf({ objective, kl = {} }: VAEOptions): Objective {
  return objective ?? vae(kl);
}

/**
 * The options that plain data describes.
 * @param name where the data came from, for messages
 * @param custom the user's own layers, by name
 * @throws UserError that names the wrong key by its path
 */
export function fromConfig(
  value: unknown,
  name: string,
  custom: Readonly<Record<string, Layer>> = {},
): VAEOptions {
  const config = validate(modelSchema, value, name);
  const layers = (part: 'encoder' | 'decoder') =>
    config[part].map((each, i) => layerFromConfig(each, `${name}.${part}[${i}]`, custom));
  const { kl, objective, likelihood, example, ...rest } = config;
  requireOne(name, kl, objective);
  return {
    ...rest,
    likelihood: likelihood as LikelihoodOptions,
    ...(example && { example }),
    ...(kl && { kl }),
    ...(objective && { objective: objectiveFromConfig(objective, `${name}.objective`) }),
    encoder: layers('encoder'),
    decoder: layers('decoder'),
  };
}

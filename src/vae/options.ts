import { z } from 'zod';
import { validate } from '../data/validate.js';
import { type Layer, layerFromConfig, layerToConfig } from '../nn/index.js';
import { type LikelihoodName, likelihoods } from './likelihoods/index.js';
import type { KlOptions, Posterior } from './posterior.js';

/** How a VAE is built. */
export interface VAEOptions {
  /** Shape of one example: [channels, height, width] for images. */
  readonly input: readonly number[];
  /** How many latents. */
  readonly latent: number;
  /** Layers before the two heads, `mean` and `logVariance`, which are dense layers. */
  readonly encoder: readonly Layer[];
  /** Layers from [batch, latent] to the likelihood's parameters, [batch, ...input]. */
  readonly decoder: readonly Layer[];
  /** How the decoder's output describes images; `bernoulli` takes logits. */
  readonly likelihood?: LikelihoodName;
  /** By default weight 0.5 and reduction `sum`: the loss is the negative ELBO. */
  readonly kl?: Partial<KlOptions>;
  /** Draws z from the posterior; by default the reparameterization trick. */
  readonly sampling?: Layer<Posterior>;
  /** Decides the first parameters, the order of examples and all noise. */
  readonly seed?: number;
}

const layerSchema = z.looseObject({ type: z.string() });

/** A VAE as plain data: the `model` of `config.json`. */
export const modelSchema = z.strictObject({
  input: z.array(z.int().min(1)).min(1),
  latent: z.int().min(1),
  encoder: z.array(layerSchema),
  decoder: z.array(layerSchema),
  likelihood: z.enum(Object.keys(likelihoods) as [LikelihoodName]).default('bernoulli'),
  kl: z
    .strictObject({
      weight: z.number().min(0).default(0.5),
      reduction: z.enum(['sum', 'mean']).default('sum'),
    })
    .prefault({}),
  seed: z.int().min(0).default(0),
});

export type ModelConfig = z.output<typeof modelSchema>;

/** The options as checked plain data. @throws UserError that names the wrong key */
export function toConfig(options: VAEOptions): ModelConfig {
  const { sampling: _, encoder, decoder, ...rest } = options;
  return validate(
    modelSchema,
    { ...rest, encoder: encoder.map(layerToConfig), decoder: decoder.map(layerToConfig) },
    'VAE',
  );
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
  return { ...config, encoder: layers('encoder'), decoder: layers('decoder') };
}

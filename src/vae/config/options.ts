import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { option } from '../../base/settings/option.js';
import { validate } from '../../base/settings/validate.js';
import { describeInput, type ExampleOptions } from '../../data/input.js';
import { exampleSchema } from '../../data/input-schema.js';
import {
  initializerSchema,
  type Layer,
  layerFromConfig,
  layerSchema,
  layerToConfig,
} from '../../nn/index.js';
import { requireLayers, requireMade } from '../given.js';
import {
  type LikelihoodOptions,
  likelihoodFromConfig,
  likelihoodNames,
  likelihoodSchema,
  likelihoodTitles,
  likelihoodToConfig,
} from '../likelihoods/index.js';
import {
  type Objective,
  objectiveFromConfig,
  objectiveNames,
  objectiveSchema,
  objectiveToConfig,
  vae,
} from '../objectives/index.js';
import type { Posterior } from '../posterior.js';

/** The options of a VAE that are plain data in code too. */
type PlainOptions = Pick<z.input<typeof modelSchema>, 'latent' | 'headInitializer' | 'kl' | 'seed'>;

/** Options for building a VAE. */
export interface VAEOptions extends Readonly<PlainOptions> {
  /** Shape of one example: [channels, height, width] for images. */
  readonly input: readonly number[];
  /** Way in which examples are taken; by their shape when left out. */
  readonly example?: ExampleOptions;
  /** Layers before the two heads, `mean` and `logVariance`, which are dense layers. */
  readonly encoder: readonly Layer[];
  /**
   * Layers from [batch, latent] to the likelihood's parameters: [batch, ...input], with k times the
   * channels for a likelihood of k numbers a value.
   */
  readonly decoder: readonly Layer[];
  /**
   * Likelihood by which the decoder's output describes examples: a name, or `{ type: 'gaussian',
   * variance: 0.1 }`; `bernoulli`, which takes logits, when left out.
   */
  readonly likelihood?: LikelihoodOptions;
  /** The loss that training makes small, in the place of `kl`; `vae(kl)` when left out. */
  readonly objective?: Objective;
  /** Draws z from the posterior; by default the reparameterization trick. */
  readonly sampling?: Layer<Posterior>;
}

/** A number of the objective that the command line and the studio set by itself. */
const objectiveParts = {
  beta: z
    .number()
    .min(0)
    .meta(
      option(
        'The weight of the KL term. Above 1 the latents are kept simpler and images get blurrier; below 1 the other way round.',
        {
          flag: {
            flag: '--beta <x>',
            help: "the objective's β (without --objective: of betaVae)",
          },
          field: { label: 'β', most: 1000 },
          live: true,
        },
      ),
    ),
};

/**
 * Schema of the options for building a VAE, as plain data, with the kinds of layers and objectives
 * that files can name.
 */
export const namedModelSchema = z.strictObject({
  input: z
    .array(z.int().min(1))
    .min(1)
    .meta(
      option('Shape of one example: [channels, height, width] for images.', {
        usually: "the data's",
        advanced: true,
        example: '[1, 28, 28]',
      }),
    ),
  example: exampleSchema.optional().meta(
    option('How examples are to be taken.', {
      usually: 'by their shape',
      advanced: true,
      example: "{ kind: 'image', range: [0, 1] }",
    }),
  ),
  latent: z
    .int()
    .min(1)
    .meta(
      option('How many numbers stand for an example. Two can be drawn as a map.', {
        flag: { flag: '--latent <n>', help: 'how many latents' },
        field: { label: 'Latents', most: 512 },
        usually: "the preset's",
      }),
    ),
  encoder: z.array(layerSchema).meta(
    option('Layers before the heads, which are dense layers.', {
      usually: "the preset's",
      example: "[dense(256, { activation: 'relu' })]",
    }),
  ),
  headInitializer: initializerSchema.optional().meta(
    option('How parameters of the heads start.', {
      usually: 'as dense layers start: glorotUniform',
      advanced: true,
      example: "'torchUniform'",
    }),
  ),
  decoder: z.array(layerSchema).meta(
    option(
      "Layers from the latents to the likelihood's parameters: the input's shape, with as many times the channels as the likelihood has numbers a value.",
      {
        usually: "the preset's",
        example: "[dense(256, { activation: 'relu' }), dense(784), reshape([1, 28, 28])]",
      },
    ),
  ),
  likelihood: likelihoodSchema.default('bernoulli').meta(
    option(
      "How the decoder's output describes the values of an example: Bernoulli for black and white, Gaussian and others for grays and colours.",
      {
        flag: {
          flag: '--likelihood <name>',
          help: 'p(x | z)',
          reads: 'named',
          example: 'gaussian:variance=pixel',
        },
        field: { label: 'Likelihood', titles: likelihoodTitles },
        kinds: likelihoodNames,
        usually: "the preset's, else bernoulli",
        example: "'bernoulli'",
      },
    ),
  ),
  kl: z
    .strictObject({
      weight: z
        .number()
        .min(0)
        .default(0.5)
        .meta(
          option('The factor before the KL term; ½ for the negative ELBO.', {
            flag: { flag: '--kl-weight <x>', help: 'the factor before the KL term' },
            usually: "the preset's, else 0.5",
          }),
        ),
      reduction: z
        .enum(['sum', 'mean'])
        .default('sum')
        .meta(
          option('Over latents: sum (textbook) or mean.', {
            flag: '--kl-reduction <how>',
            usually: "the preset's, else sum",
          }),
        ),
    })
    .optional()
    .meta(
      option('How the KL term is weighed, where there is no objective.', {
        example: "{ weight: 0.5, reduction: 'sum' }",
      }),
    ),
  objective: objectiveSchema.optional().meta(
    option('The loss that training makes small.', {
      flag: {
        flag: '--objective <name>',
        reads: 'named',
        example: 'iwae:samples=10',
      },
      kinds: objectiveNames,
      usually: 'vae, weighed by kl',
      example: 'betaVae({ beta: 4 })',
      inside: objectiveParts,
    }),
  ),
  seed: z
    .int()
    .min(0)
    .default(42)
    .meta(
      option('Decides the first parameters, the order of examples and all noise.', {
        flag: { flag: '--seed <n>', help: 'decides parameters, order and noise' },
        usually: "the preset's, else 42",
      }),
    ),
});

const typed = z.looseObject({ type: z.string() });

/** A VAE as plain data, with layers and objectives of the user's own: the `model` of `config.json`. */
export const modelSchema = namedModelSchema.extend({
  encoder: z.array(typed),
  decoder: z.array(typed),
  objective: typed.optional(),
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
  const input = describeInput(config.input, config.example);
  const likelihood = likelihoodFromConfig(config.likelihood, input);
  return { ...config, likelihood: likelihoodToConfig(likelihood) };
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

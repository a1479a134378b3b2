import { z } from 'zod';
import {
  add,
  div,
  mean,
  mul,
  square,
  stopGradient,
  sub,
  sum,
  type Value,
} from '../../graph/index.js';
import { type ResiduallyQuantized, residuallyQuantized } from '../bottlenecks/index.js';
import { codebookOptions, perplexityOf } from './codebook.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/** The mean over positions of an example of ‖f(x) − sg[z]‖²: [batch]. */
function distance(features: Value, z: Value): Value {
  const squared = sum(square(sub(features, stopGradient(z))), { axes: [1] });
  const axes = squared.shape.slice(1).map((_, i) => i + 1);
  return axes.length === 0 ? squared : mean(squared, { axes });
}

/**
 * Lee et al., "Autoregressive Image Generation using Residual Quantization" (2022), eq. 6 and 7,
 * https://arxiv.org/abs/2203.01941: −log p(x | z) + β Σ_d ‖f(x) − sg[z_d]‖², where z_d is the sum of the first d of
 * `depth` vectors, each the nearest of its codebook to the rest that the ones before it leave, and z is their sum. The
 * sum of distances is the mean over positions. Moving averages with `decay` learn the vectors, as with `vqVae`.
 *
 * Each depth has a codebook of its own, as in SoundStream (Zeghidour et al. 2021, §III-C,
 * https://arxiv.org/abs/2107.03312), or all share one, as Lee et al. have it. With `dropout` an example of a training
 * step keeps its first n codes with that probability, n uniform from 1 to `depth`: 1 is the quantizer dropout of
 * SoundStream, and decodes well from fewer codes too. HRQ-VAE (Hosking et al. 2022,
 * https://arxiv.org/abs/2203.03463) drops depths likewise, but draws codes by a Gumbel softmax and learns the vectors
 * by gradients.
 *
 * The encoder ends in as many channels as the model has latents: [batch, latent, ...positions]. The metric
 * `perplexity` is the mean over depths.
 */
export const residualVq = defineObjective(
  'residualVq',
  z
    .strictObject({
      depth: z.int().min(1).default(4).describe('How many codes stand for a position.'),
      codes: z.int().min(2).default(256).describe('How many vectors a codebook has.'),
      shared: z.boolean().default(false).describe('Whether all depths have one codebook.'),
      dropout: z
        .number()
        .min(0)
        .max(1)
        .default(0)
        .describe("The share of a step's examples that keep only their first codes."),
      ...codebookOptions,
    })
    .describe('Several codes a position, each for what those before it leave (Lee et al. 2022).'),
  ({ beta, ...options }) => ({
    bottleneck: residuallyQuantized(options),
    schedules: { beta },
    terms({
      encoding,
      sample,
      negativeLogLikelihood,
      schedule,
    }: ObjectiveContext<ResiduallyQuantized>) {
      const { features, partial, kept, usage } = encoding;
      const reconstruction = mean(negativeLogLikelihood(sample()));
      const distances = partial.map((z, d) => {
        const each = distance(features, z);
        return kept ? mul(each, kept[d]!) : each;
      });
      const commitment = mean(distances.reduce((total, each) => add(total, each)));
      // A depth that examples were without has shares whose sum is less than 1.
      const shares = kept ? div(usage, sum(usage, { axes: [1], keepDims: true })) : usage;
      const perplexity = mean(perplexityOf(shares));
      const loss = add(reconstruction, mul(commitment, schedule('beta')));
      return { loss, metrics: { reconstruction, commitment, perplexity } };
    },
  }),
);

import { z } from 'zod';
import { add, mean, mul, square, stopGradient, sub, sum } from '../../graph/index.js';
import { type Quantized, vectorQuantized } from '../bottlenecks/index.js';
import { codebookOptions, perplexityOf } from './codebook.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/**
 * Van den Oord et al., "Neural Discrete Representation Learning" (2017), eq. 3,
 * https://arxiv.org/abs/1711.00937: −log p(x | z) + β ‖f(x) − sg[z]‖², the mean over positions,
 * where z is the nearest of `codes` vectors and sg stops the gradient. Moving averages with `decay`
 * learn the vectors (appendix A.1) in the place of the middle term. A code that is used less than
 * `revive` times the mean is replaced by a vector of the batch.
 *
 * The encoder ends in as many channels as the model has latents: [batch, latent, ...positions].
 * Images are drawn with each position's code taken by the codes' shares of use.
 */
export const vqVae = defineObjective(
  'vqVae',
  z
    .strictObject({
      codes: z.int().min(2).default(512).describe('How many vectors the codebook has.'),
      ...codebookOptions,
    })
    .describe('A codebook in the place of a Gaussian (van den Oord et al. 2017).'),
  ({ codes, beta, decay, revive }) => ({
    bottleneck: vectorQuantized({ codes, decay, revive }),
    schedules: { beta },
    terms({ encoding, sample, negativeLogLikelihood, schedule }: ObjectiveContext<Quantized>) {
      const { features, z, usage } = encoding;
      const reconstruction = mean(negativeLogLikelihood(sample()));
      const commitment = mean(sum(square(sub(features, stopGradient(z))), { axes: [1] }));
      const perplexity = perplexityOf(usage);
      const loss = add(reconstruction, mul(commitment, schedule('beta')));
      return { loss, metrics: { reconstruction, commitment, perplexity } };
    },
  }),
);

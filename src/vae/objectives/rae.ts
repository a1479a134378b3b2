import { z } from 'zod';
import { add, gradient, mean, mul, square, sum } from '../../graph/index.js';
import { scheduleSchema } from '../../nn/index.js';
import { deterministic } from '../bottlenecks/index.js';
import { defineObjective } from './objective.js';

/**
 * The regularized autoencoder (Ghosh et al., "From Variational to Deterministic Autoencoders", 2020,
 * eq. 11, https://arxiv.org/abs/1903.12436): −log p(x | z) with z = f(x), β · ½ ‖z‖², and λ times a term that
 * keeps the decoder smooth: the squares of its weights (RAE-L2), or of the gradient of its output by z
 * (RAE-GP). As in the authors' code that gradient is of the sum of all values of the decoded example. New
 * images come from a distribution that is fitted to the latents: see `fitSampler`.
 */
export const rae = defineObjective(
  'rae',
  z
    .strictObject({
      smoothing: z
        .enum(['l2', 'gradient'])
        .default('l2')
        .describe("What is held small: the decoder's weights, or its gradient."),
      beta: scheduleSchema.default(1e-4).describe('β: the factor before half the squared latents.'),
      lambda: scheduleSchema.default(1e-7).describe('λ: the factor before the smoothing.'),
    })
    .describe('An autoencoder whose latents and decoder are held small (Ghosh et al. 2020).'),
  ({ smoothing, beta, lambda }) => ({
    bottleneck: deterministic,
    schedules: { beta, lambda },
    terms({ sample, negativeLogLikelihood, decode, decoderWeights, schedule }) {
      const latents = sample();
      const reconstruction = mean(negativeLogLikelihood(latents));
      const size = mul(mean(sum(square(latents), { axes: [1] })), 0.5);
      const squares = () =>
        decoderWeights()
          .map((weight) => sum(square(weight)))
          .reduce((a, b) => add(a, b));
      const slope = () =>
        mean(sum(square(gradient(sum(decode(latents)), [latents])[0]!), { axes: [1] }));
      const smooth = smoothing === 'l2' ? squares() : slope();
      const held = add(mul(size, schedule('beta')), mul(smooth, schedule('lambda')));
      return {
        loss: add(reconstruction, held),
        metrics: { reconstruction, size, [smoothing === 'l2' ? 'weights' : 'slope']: smooth },
      };
    },
  }),
);

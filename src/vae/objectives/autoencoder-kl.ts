import { z } from 'zod';
import { scheduleSchema } from '../../nn/index.js';
import { spatialGaussian } from '../bottlenecks/index.js';
import type { Posterior } from '../posterior.js';
import { defineObjective, type ObjectiveContext } from './objective.js';
import { weighedElbo } from './weighed-elbo.js';

/**
 * Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models" (2022), §3.1 and appendix G,
 * https://arxiv.org/abs/2112.10752: −log p(x | z) + β KL(q(z | x) ‖ N(0, I)) with Gaussian latents [latent,
 * ...positions], the KL being the sum over all positions. The weak β keeps latents near the scale of the prior without
 * losing details: a model of latents, such as diffusion, is fitted to them afterwards. The metric `kl` is in nats,
 * `weightedKl`, unless β is 1, is β times that. The paper adds a discriminator and a perceptual loss; here p(x | z) is
 * the likelihood alone.
 *
 * The encoder ends in [batch, channels, ...positions]; `latent` is the number of channels of the latents. As in
 * diffusers' AutoencoderKL, encoder and decoder take the layer `attention` where positions are few.
 */
export const autoencoderKl = defineObjective(
  'autoencoderKl',
  z
    .strictObject({
      beta: scheduleSchema.default(1e-6).describe('The factor before the KL divergence.'),
    })
    .describe('Gaussian latents with positions and a weak KL (Rombach et al. 2022).'),
  ({ beta }) => ({
    bottleneck: spatialGaussian,
    schedules: { beta },
    terms: (context: ObjectiveContext<Posterior>) => weighedElbo(context, beta),
  }),
);

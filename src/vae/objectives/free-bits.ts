import { z } from 'zod';
import { add, maximum, mean, sum } from '../../graph/index.js';
import { scheduleSchema } from '../../nn/index.js';
import { gaussian } from '../bottlenecks/index.js';
import { klDivergence, type Posterior } from '../posterior.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/**
 * Kingma et al., "Improving Variational Inference with Inverse Autoregressive Flow" (2016), eq. 15,
 * https://arxiv.org/abs/1606.04934: −log p(x | z) + Σⱼ max(λ, KLⱼ), where KLⱼ is latent j's mean
 * over the batch: λ nats a latent cost nothing, so none need collapse.
 */
export const freeBits = defineObjective(
  'freeBits',
  z
    .strictObject({
      lambda: scheduleSchema.default(0.25).describe('Nats a latent that cost nothing.'),
    })
    .describe('The ELBO with λ nats a latent for nothing (Kingma et al. 2016).'),
  ({ lambda }) => ({
    bottleneck: gaussian,
    schedules: { lambda },
    terms({ encoding, sample, negativeLogLikelihood, schedule }: ObjectiveContext<Posterior>) {
      const reconstruction = mean(negativeLogLikelihood(sample()));
      const klPerLatent = mean(klDivergence(encoding), { axes: [0] });
      const loss = add(reconstruction, sum(maximum(klPerLatent, schedule('lambda'))));
      return { loss, metrics: { reconstruction, kl: sum(klPerLatent) } };
    },
  }),
);

import { z } from 'zod';
import { add, mean } from '../../graph/index.js';
import { scheduleSchema } from '../../nn/index.js';
import { gaussian } from '../bottlenecks/index.js';
import { klFactor, klTerm, type Posterior } from '../posterior.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/**
 * Kingma and Welling, "Auto-Encoding Variational Bayes" (2014), eq. 10,
 * https://arxiv.org/abs/1312.6114: −log p(x | z) − weight · Σ (1 + log σ² − μ² − σ²).
 *
 * With weight ½ and reduction `sum` the loss is the negative ELBO; `mean` takes the mean over the
 * latents, as many tutorials do. The metric `kl` is the KL divergence in nats, without the weight;
 * `weightedKl`, where it is another number, is the second term of the loss: 2 · weight · kl, with `mean`
 * divided by the number of latents. A schedule as weight is KL warm-up.
 */
export const vae = defineObjective(
  'vae',
  z
    .strictObject({
      weight: scheduleSchema
        .default(0.5)
        .describe('The factor before the KL term; ½ for the negative ELBO.'),
      reduction: z
        .enum(['sum', 'mean'])
        .default('sum')
        .describe('Over latents: sum (textbook) or mean.'),
    })
    .describe('The ELBO (Kingma and Welling 2014).'),
  ({ weight, reduction }) => ({
    bottleneck: gaussian,
    schedules: { klWeight: weight },
    terms({ encoding, sample, negativeLogLikelihood, schedule }: ObjectiveContext<Posterior>) {
      const reconstruction = mean(negativeLogLikelihood(sample()));
      const { kl, weightedKl } = klTerm(encoding, schedule('klWeight'), reduction);
      const latent = encoding.mean.shape[1] as number;
      const isElbo = typeof weight === 'number' && klFactor({ weight, reduction }, latent) === 1;
      return {
        loss: add(reconstruction, weightedKl),
        metrics: { reconstruction, kl, ...(isElbo ? {} : { weightedKl }) },
      };
    },
  }),
);

import { z } from 'zod';
import { add, mean, mul, sub } from '../../graph/index.js';
import { scheduleSchema } from '../../nn/index.js';
import { gaussian } from '../bottlenecks/index.js';
import { meanKl, type Posterior } from '../posterior.js';
import { kernelSchema, mmd } from './mmd.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/**
 * Zhao et al., "InfoVAE: Balancing Learning and Inference in Variational Autoencoders" (2019),
 * eq. 6, https://arxiv.org/abs/1706.02262: −log p(x | z) + (1 − α) KL(q(z | x) ‖ p(z)) +
 * (α + λ − 1) MMD(q(z), p(z)). With α = 1 it is the MMD-VAE, with α = 0 and λ = 1 the VAE.
 */
export const infoVae = defineObjective(
  'infoVae',
  z
    .strictObject({
      alpha: scheduleSchema.default(0).describe('α: the weight of the mutual information.'),
      lambda: scheduleSchema
        .default(10)
        .describe('λ: the weight of the discrepancy from the prior.'),
      kernel: kernelSchema.default('rbf').describe('The kernel of the MMD.'),
      bandwidth: z.number().gt(0).default(1).describe("The kernel's width."),
    })
    .describe('KL and MMD (Zhao et al. 2019).'),
  ({ alpha, lambda, kernel, bandwidth }) => ({
    bottleneck: gaussian,
    schedules: { alpha, lambda },
    terms({
      encoding,
      sample,
      negativeLogLikelihood,
      prior,
      schedule,
    }: ObjectiveContext<Posterior>) {
      const z = sample();
      const reconstruction = mean(negativeLogLikelihood(z));
      const kl = meanKl(encoding);
      const discrepancy = mmd(z, prior(z), { kernel, bandwidth, estimate: 'biased' });
      const [a, l] = [schedule('alpha'), schedule('lambda')];
      const loss = add(
        add(reconstruction, mul(kl, sub(1, a))),
        mul(discrepancy, sub(add(a, l), 1)),
      );
      return { loss, metrics: { reconstruction, kl, mmd: discrepancy } };
    },
  }),
);

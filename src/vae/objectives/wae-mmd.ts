import { z } from 'zod';
import { add, mean, mul } from '../../graph/index.js';
import { scheduleSchema } from '../../nn/index.js';
import { deterministic } from '../bottlenecks/index.js';
import { standardNormal } from '../samplers/index.js';
import { kernelSchema, mmd } from './mmd.js';
import { defineObjective } from './objective.js';

/**
 * Tolstikhin et al., "Wasserstein Auto-Encoders" (2018), algorithm 2,
 * https://arxiv.org/abs/1711.01558: −log p(x | z) + λ MMD(q(z), p(z)) with z = f(x), where a
 * Gaussian likelihood of fixed variance gives the paper's squared distance.
 */
export const waeMmd = defineObjective(
  'waeMmd',
  z
    .strictObject({
      lambda: scheduleSchema
        .default(10)
        .describe('The factor before the discrepancy from the prior.'),
      kernel: kernelSchema.default('imq').describe('The kernel of the MMD.'),
      bandwidth: z.number().gt(0).default(1).describe("The kernel's width."),
    })
    .describe('A Wasserstein autoencoder with MMD (Tolstikhin et al. 2018).'),
  ({ lambda, kernel, bandwidth }) => ({
    bottleneck: { ...deterministic, prior: standardNormal() },
    schedules: { lambda },
    terms({ sample, negativeLogLikelihood, prior, schedule }) {
      const z = sample();
      const reconstruction = mean(negativeLogLikelihood(z));
      const discrepancy = mmd(z, prior(z), { kernel, bandwidth, estimate: 'unbiased' });
      const loss = add(reconstruction, mul(discrepancy, schedule('lambda')));
      return { loss, metrics: { reconstruction, mmd: discrepancy } };
    },
  }),
);

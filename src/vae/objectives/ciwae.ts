import { z } from 'zod';
import { add, mean, mul, negate, sub } from '../../graph/index.js';
import { scheduleSchema } from '../../nn/index.js';
import { gaussian } from '../bottlenecks/index.js';
import { meanKl, type Posterior } from '../posterior.js';
import { negativeBound, weighted } from './importance-weights.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/**
 * Rainforth et al., "Tighter Variational Bounds are Not Necessarily Better" (2018), eq. 11,
 * https://arxiv.org/abs/1802.04537: β · ELBO + (1 − β) · IWAE, both of the same K draws. With β = 0 it
 * is the IWAE, with β = 1 the ELBO.
 */
export const ciwae = defineObjective(
  'ciwae',
  z
    .strictObject({
      beta: scheduleSchema.default(0.5).describe('β: the share of the ELBO, from 0 to 1.'),
      samples: z.int().min(1).default(64).describe('K: the draws an example.'),
    })
    .describe('The ELBO and the importance-weighted bound combined (Rainforth et al. 2018).'),
  ({ beta, samples }) => ({
    bottleneck: gaussian,
    schedules: { beta },
    terms(context: ObjectiveContext<Posterior>) {
      const { logWeights, reconstruction } = weighted(context, samples);
      const share = context.schedule('beta');
      const elbo = mul(negate(mean(logWeights)), share);
      return {
        loss: add(elbo, mul(negativeBound(logWeights), sub(1, share))),
        metrics: { reconstruction, kl: meanKl(context.encoding) },
      };
    },
  }),
);

import { z } from 'zod';
import { gaussian } from '../bottlenecks/index.js';
import { meanKl, type Posterior } from '../posterior.js';
import { negativeBound, weighted } from './importance-weights.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/**
 * Burda et al., "Importance Weighted Autoencoders" (2016), eq. 8,
 * https://arxiv.org/abs/1509.00519: −log (1/K) Σₖ p(x, zₖ) / q(zₖ | x) with K draws zₖ of
 * q(z | x); with K = 1 it is the negative ELBO. Each step decodes K times as many latents.
 */
export const iwae = defineObjective(
  'iwae',
  z
    .strictObject({ samples: z.int().min(1).default(5).describe('Draws an example.') })
    .describe('The importance-weighted bound (Burda et al. 2016).'),
  ({ samples }) => ({
    bottleneck: gaussian,
    schedules: {},
    terms(context: ObjectiveContext<Posterior>) {
      const { logWeights, reconstruction } = weighted(context, samples);
      return {
        loss: negativeBound(logWeights),
        metrics: { reconstruction, kl: meanKl(context.encoding) },
      };
    },
  }),
);

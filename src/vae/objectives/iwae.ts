import { z } from 'zod';
import { add, logSumExp, mean, negate, sub } from '../../graph/index.js';
import { gaussian } from '../bottlenecks/index.js';
import { logPosterior, logPrior, meanKl, type Posterior } from '../posterior.js';
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
    terms({ encoding, samples: draw, negativeLogLikelihoods }: ObjectiveContext<Posterior>) {
      const latents = draw(samples);
      const nll = negativeLogLikelihoods(latents);
      const drawnKl = sub(logPosterior(latents, encoding), logPrior(latents));
      const logWeights = negate(add(nll, drawnKl));
      const bound = sub(logSumExp(logWeights, { axes: [1] }), Math.log(samples));
      return {
        loss: negate(mean(bound)),
        metrics: { reconstruction: mean(nll), kl: meanKl(encoding) },
      };
    },
  }),
);

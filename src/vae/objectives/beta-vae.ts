import { z } from 'zod';
import { scheduleSchema } from '../../nn/index.js';
import { gaussian } from '../bottlenecks/index.js';
import type { Posterior } from '../posterior.js';
import { defineObjective, type ObjectiveContext } from './objective.js';
import { weighedElbo } from './weighed-elbo.js';

/**
 * Higgins et al., "β-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework"
 * (2017), eq. 4, https://openreview.net/forum?id=Sy2fzU9gl: −log p(x | z) + β KL(q(z | x) ‖ p(z)).
 * With β = 1 the loss is the negative ELBO; a schedule as β is KL warm-up. The metric `kl` is the KL
 * divergence in nats; `weightedKl`, unless β is 1, is β times that.
 */
export const betaVae = defineObjective(
  'betaVae',
  z
    .strictObject({
      beta: scheduleSchema.default(4).describe('The factor before the KL divergence.'),
    })
    .describe('The ELBO with β before the KL (Higgins et al. 2017).'),
  ({ beta }) => ({
    bottleneck: gaussian,
    schedules: { beta },
    terms: (context: ObjectiveContext<Posterior>) => weighedElbo(context, beta),
  }),
);

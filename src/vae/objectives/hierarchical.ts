import { z } from 'zod';
import { add, maximum, mean, mul, type Value } from '../../graph/index.js';
import { scheduleSchema } from '../../nn/index.js';
import { hierarchicalGaussian } from '../bottlenecks/index.js';
import { defineObjective } from './objective.js';

const sum = (values: readonly Value[]) => values.reduce((total, each) => add(total, each));

/**
 * A hierarchical VAE: latents in groups from the top downwards, each by the groups above it, in the prior as in the
 * posterior (Sønderby et al., "Ladder Variational Autoencoders" 2016, https://arxiv.org/abs/1602.02282; Child, "Very
 * Deep VAEs Generalize Autoregressive Models" 2021, §3, https://arxiv.org/abs/2011.10650, without convolutions):
 * −log p(x | z) + β Σ_l max(λ, KL(q(z_l | z_<l, x) ‖ p(z_l | z_<l))). The KL of a group is in closed form by the draw of
 * the groups above it; λ are free nats of its mean over the batch (Kingma et al. 2016, eq. 15). A schedule as β is the
 * warm-up of Sønderby et al., without which groups may never be used. The metric `kl` is the sum of `klGroup1`, the top
 * group, and so on, in nats.
 *
 * The encoder's output is seen by all groups; the decoder's layers get the path of all groups, [batch, hidden].
 */
export const hierarchical = defineObjective(
  'hierarchical',
  z
    .strictObject({
      groups: z
        .union([z.int().min(1), z.array(z.int().min(1)).min(1)])
        .default(3)
        .describe(
          'How many groups, the latents in equal parts, or how many latents each has, the top group first.',
        ),
      hidden: z
        .int()
        .min(1)
        .default(256)
        .describe('Width of the path from group to group, and of its networks.'),
      beta: scheduleSchema.default(1).describe('β: the factor before the KL divergence.'),
      lambda: scheduleSchema.default(0).describe('λ: nats a group that cost nothing.'),
    })
    .describe('Latents in groups, each by those above it (Sønderby et al. 2016, Child 2021).'),
  ({ groups, hidden, beta, lambda }) => ({
    bottleneck: hierarchicalGaussian({ groups, hidden }),
    schedules: { beta, lambda },
    terms({ draws, negativeLogLikelihoods, schedule }) {
      const { z: latents, groupKl } = draws(1);
      const reconstruction = mean(negativeLogLikelihoods(latents));
      const kls = groupKl!.map((each) => mean(each));
      const costs = lambda === 0 ? kls : kls.map((each) => maximum(each, schedule('lambda')));
      const kl = sum(kls);
      const cost = sum(costs);
      const weightedKl = beta === 1 ? cost : mul(cost, schedule('beta'));
      return {
        loss: add(reconstruction, weightedKl),
        metrics: {
          reconstruction,
          kl,
          ...(beta === 1 && lambda === 0 ? {} : { weightedKl }),
          ...Object.fromEntries(kls.map((each, l) => [`klGroup${l + 1}`, each])),
        },
      };
    },
  }),
);

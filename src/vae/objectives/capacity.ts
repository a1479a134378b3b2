import { z } from 'zod';
import { abs, add, mean, mul, sub, sum } from '../../graph/index.js';
import { scheduleSchema } from '../../nn/index.js';
import { gaussian } from '../bottlenecks/index.js';
import { klDivergence, type Posterior } from '../posterior.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/**
 * Burgess et al., "Understanding disentangling in β-VAE" (2018), eq. 8,
 * https://arxiv.org/abs/1804.03599: −log p(x | z) + γ |KL(q(z | x) ‖ p(z)) − C|, where the capacity
 * C grows by line `from` … `to` nats over the first `steps` steps.
 */
export const capacity = defineObjective(
  'capacity',
  z
    .strictObject({
      gamma: scheduleSchema
        .default(1000)
        .describe('The factor before the distance from the capacity.'),
      from: z.number().min(0).default(0).describe('The capacity at the first step, in nats.'),
      to: z.number().min(0).default(25).describe('The capacity at the end, in nats.'),
      steps: z.int().min(1).default(100_000).describe('Steps over which it grows.'),
    })
    .describe('A KL held at a growing capacity (Burgess et al. 2018).'),
  ({ gamma, from, to, steps }) => ({
    bottleneck: gaussian,
    schedules: { gamma, capacity: { type: 'linear', from, to, steps } },
    terms({ encoding, sample, negativeLogLikelihood, schedule }: ObjectiveContext<Posterior>) {
      const reconstruction = mean(negativeLogLikelihood(sample()));
      const kl = sum(klDivergence(encoding), { axes: [1] });
      const distance = mean(abs(sub(kl, schedule('capacity'))));
      const loss = add(reconstruction, mul(distance, schedule('gamma')));
      return { loss, metrics: { reconstruction, kl: mean(kl) } };
    },
  }),
);

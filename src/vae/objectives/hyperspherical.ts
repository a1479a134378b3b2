import { z } from 'zod';
import { add, mean, mul } from '../../graph/index.js';
import { scheduleSchema } from '../../nn/index.js';
import { type Directed, hyperspherical as sphere } from '../bottlenecks/index.js';
import { bound, boundOptions } from './importance-weights.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/**
 * Davidson et al., "Hyperspherical Variational Auto-Encoders" (2018), eq. 1 with eq. 5 and 13,
 * https://arxiv.org/abs/1804.00891: the negative ELBO of a von Mises–Fisher posterior on the unit sphere and
 * the uniform prior on it, whose KL divergence is known in closed form; with more samples the
 * importance-weighted bound. Latents are unit vectors, and the sphere of n latents has n − 1 dimensions.
 */
export const hyperspherical = defineObjective(
  'hyperspherical',
  z
    .strictObject({
      samples: boundOptions.samples,
      beta: scheduleSchema.default(1).describe('The factor before the KL divergence.'),
    })
    .describe('Latents on a sphere, von Mises–Fisher and uniform (Davidson et al. 2018).'),
  ({ samples, beta }) => ({
    bottleneck: sphere,
    schedules: { beta },
    terms(context: ObjectiveContext<Directed>) {
      if (samples > 1) return bound(context, { samples, beta });
      const reconstruction = mean(context.negativeLogLikelihood(context.sample()));
      const kl = mean(sphere.kl!(context.encoding));
      const weightedKl = mul(kl, context.schedule('beta'));
      return {
        loss: add(reconstruction, weightedKl),
        metrics: { reconstruction, kl, ...(beta === 1 ? {} : { weightedKl }) },
      };
    },
  }),
);

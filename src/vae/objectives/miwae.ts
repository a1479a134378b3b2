import { z } from 'zod';
import { reshape } from '../../graph/index.js';
import { gaussian } from '../bottlenecks/index.js';
import { meanKl, type Posterior } from '../posterior.js';
import { negativeBound, weighted } from './importance-weights.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/**
 * Rainforth et al., "Tighter Variational Bounds are Not Necessarily Better" (2018), eq. 9,
 * https://arxiv.org/abs/1802.04537: the mean of M importance-weighted bounds of K draws each. With
 * more bounds the encoder's gradient has less noise; with more draws a bound is tighter. With K = 1 it
 * is the negative ELBO of M draws, with M = 1 the IWAE.
 */
export const miwae = defineObjective(
  'miwae',
  z
    .strictObject({
      bounds: z.int().min(1).default(8).describe('M: the bounds an example.'),
      samples: z.int().min(1).default(8).describe('K: the draws of a bound.'),
    })
    .describe('The mean of several importance-weighted bounds (Rainforth et al. 2018).'),
  ({ bounds, samples }) => ({
    bottleneck: gaussian,
    schedules: {},
    terms(context: ObjectiveContext<Posterior>) {
      const { logWeights, reconstruction } = weighted(context, bounds * samples);
      const [batch] = logWeights.shape as readonly [string];
      return {
        loss: negativeBound(reshape(logWeights, [batch, bounds, samples])),
        metrics: { reconstruction, kl: meanKl(context.encoding) },
      };
    },
  }),
);

import { z } from 'zod';
import { reshape } from '../../graph/index.js';
import { gaussian } from '../bottlenecks/index.js';
import { meanKl, type Posterior } from '../posterior.js';
import { negativeBound, weighted } from './importance-weights.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/**
 * Rainforth et al., "Tighter Variational Bounds are Not Necessarily Better" (2018), eq. 12 and 13,
 * https://arxiv.org/abs/1802.04537: the decoder learns by the importance-weighted bound of M · K
 * draws, the encoder, as the player `inference`, by the mean of M bounds of K draws each (`miwae`) of
 * the same draws.
 */
export const piwae = defineObjective(
  'piwae',
  z
    .strictObject({
      bounds: z.int().min(1).default(8).describe("M: the bounds of the encoder's loss."),
      samples: z.int().min(1).default(8).describe('K: the draws of each of these.'),
    })
    .describe(
      'The tight bound for the decoder, several looser ones for the encoder (Rainforth et al. 2018).',
    ),
  ({ bounds, samples }) => ({
    bottleneck: gaussian,
    schedules: {},
    players: [{ name: 'inference', owns: ['encoder', 'mean', 'logVariance'] }],
    terms(context: ObjectiveContext<Posterior>) {
      const { logWeights, reconstruction } = weighted(context, bounds * samples);
      const [batch] = logWeights.shape as readonly [string];
      return {
        loss: negativeBound(logWeights),
        losses: { inference: negativeBound(reshape(logWeights, [batch, bounds, samples])) },
        metrics: { reconstruction, kl: meanKl(context.encoding) },
      };
    },
  }),
);

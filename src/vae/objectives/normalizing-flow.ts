import { z } from 'zod';
import { simpleFlow } from '../bottlenecks/index.js';
import { bound, boundOptions } from './importance-weights.js';
import { defineObjective } from './objective.js';

/**
 * Rezende and Mohamed, "Variational Inference with Normalizing Flows" (2015), eq. 15,
 * https://arxiv.org/abs/1505.05770: −log p(x | z) + β (log q(z | x) − log p(z)), z being a draw of a
 * Gaussian that went through planar (eq. 10) or radial flows (eq. 14). As in the paper (§4.2) the encoder gives the
 * flows' numbers for each example, where pythae's VAE_LinNF has the same flows for all.
 */
export const normalizingFlow = defineObjective(
  'normalizingFlow',
  z
    .strictObject({
      flow: z.enum(['planar', 'radial']).default('planar').describe('The kind of the flows.'),
      length: z.int().min(1).default(10).describe('How many flows a draw goes through.'),
      ...boundOptions,
    })
    .describe('A posterior carried through planar or radial flows (Rezende and Mohamed 2015).'),
  ({ flow, length, samples, beta }) => ({
    bottleneck: simpleFlow(flow, length),
    schedules: { beta },
    terms: (context) => bound(context, { samples, beta }),
  }),
);

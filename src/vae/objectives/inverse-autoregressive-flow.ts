import { z } from 'zod';
import { inverseAutoregressive } from '../bottlenecks/index.js';
import { bound, boundOptions } from './importance-weights.js';
import { defineObjective } from './objective.js';

/**
 * Kingma et al., "Improving Variational Inference with Inverse Autoregressive Flow" (2016), eq. 9 to 14,
 * https://arxiv.org/abs/1606.04934: −log p(x | z) + β (log q(z | x) − log p(z)), z being a draw of a
 * Gaussian that went through `length` maps. In each a masked network scales and shifts every latent by
 * the latents before it and by numbers of the encoder; each second map has the latents in reverse order.
 */
export const inverseAutoregressiveFlow = defineObjective(
  'inverseAutoregressiveFlow',
  z
    .strictObject({
      length: z.int().min(1).default(4).describe('How many maps a draw goes through.'),
      hidden: z.int().min(1).default(128).describe("Units of a hidden layer of a map's network."),
      layers: z.int().min(1).default(2).describe("Hidden layers of a map's network."),
      context: z.int().min(1).default(64).describe('How many numbers the encoder tells every map.'),
      ...boundOptions,
    })
    .describe('A posterior carried through inverse autoregressive flows (Kingma et al. 2016).'),
  ({ samples, beta, ...flow }) => ({
    bottleneck: inverseAutoregressive(flow),
    schedules: { beta },
    terms: (context) => bound(context, { samples, beta }),
  }),
);

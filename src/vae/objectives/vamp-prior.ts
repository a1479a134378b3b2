import { z } from 'zod';
import { vamp } from '../bottlenecks/index.js';
import { bound, boundOptions } from './importance-weights.js';
import { defineObjective } from './objective.js';

/**
 * Tomczak and Welling, "VAE with a VampPrior" (2018), eq. 9 and 10, https://arxiv.org/abs/1705.07120:
 * −log p(x | z) + β (log q(z | x) − log p(z)), where the prior p(z) = (1/K) Σₖ q(z | uₖ) is the mixture of the
 * encoder's posteriors at K pseudo-inputs uₖ, which are trained with the rest. They are inputs of the encoder as it
 * sees examples, scaled where these are, and held in the range of examples that are not. As in the authors' code
 * (https://github.com/jmtomczak/vae_vampprior) they begin as normal numbers about one mean: 0.05, of the deviation
 * 0.01, for binary digits; the authors take 0.5 and 0.02, or 0.4 and 0.05, for gray and coloured pictures. The paper's
 * warm-up over 100 epochs is β as a linear schedule.
 */
export const vampPrior = defineObjective(
  'vampPrior',
  z
    .strictObject({
      components: z.int().min(1).default(500).describe('K: the number of pseudo-inputs.'),
      mean: z
        .number()
        .default(0.05)
        .describe('The mean of the first pseudo-inputs, near that of the data.'),
      deviation: z.number().positive().default(0.01).describe('Their standard deviation about it.'),
      ...boundOptions,
    })
    .describe(
      "A prior that is the mixture of the encoder's posteriors at trained pseudo-inputs (Tomczak and Welling 2018).",
    ),
  ({ components, mean, deviation, samples, beta }) => ({
    bottleneck: vamp({ components, start: { mean, deviation } }),
    schedules: { beta },
    terms: (context) => bound(context, { samples, beta }),
  }),
);

import { z } from 'zod';
import { hamiltonian as hamiltonianPosterior, temperings } from '../bottlenecks/index.js';
import { bound, boundOptions } from './importance-weights.js';
import { defineObjective } from './objective.js';

/**
 * Caterini, Doucet and Sejdinovic, "Hamiltonian Variational Auto-Encoder" (2018), eq. 8 and algorithm 1,
 * https://arxiv.org/abs/1805.11328: −log p(x | z_K) + β (log q(z₀, ρ₀ | x) − log |det| − log p(z_K) − log N(ρ_K; 0, I)), (z₀, ρ₀)
 * being a draw of the encoder's Gaussian and momenta, and (z_K, ρ_K) the same after K leapfrog steps with cooling. Each
 * step needs the gradient of log p(x, z), so that a training step takes up to K + 1 times as long as
 * with `vae`. Defaults are as in the authors' code.
 */
export const hamiltonian = defineObjective(
  'hamiltonian',
  z
    .strictObject({
      leapfrogSteps: z.int().min(1).default(5).describe('K: leapfrog steps of a draw.'),
      stepSize: z
        .number()
        .positive()
        .default(0.2)
        .describe('The size of the steps at the start; it is trained, for each latent.'),
      largestStepSize: z
        .number()
        .positive()
        .default(0.5)
        .describe('The size that they stay under.'),
      tempering: z
        .enum(temperings)
        .default('fixed')
        .describe(
          'The cooling of the momenta: fixed, by k² with a trained β₀; free, each factor trained; none.',
        ),
      beta0: z
        .number()
        .gt(0)
        .lt(1)
        .default(0.67)
        .describe('β₀ at the start: 1 over the temperature of the first momenta.'),
      ...boundOptions,
    })
    .refine(({ stepSize, largestStepSize }) => stepSize < largestStepSize, {
      path: ['stepSize'],
      error: 'must be less than largestStepSize',
    })
    .describe('Draws moved by Hamiltonian dynamics (HVAE, Caterini et al. 2018).'),
  ({ samples, beta, ...moves }) => ({
    bottleneck: hamiltonianPosterior(moves),
    schedules: { beta },
    terms: (context) => bound(context, { samples, beta }),
  }),
);

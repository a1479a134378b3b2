import { z } from 'zod';
import { riemannianHamiltonian as riemannianPosterior } from '../bottlenecks/index.js';
import { bound, boundOptions } from './importance-weights.js';
import { defineObjective } from './objective.js';

/**
 * Chadebec, Mantoux and Allassonnière, "Geometry-Aware Hamiltonian Variational Auto-Encoder" (2020), eq. 9 and algorithm 1,
 * https://arxiv.org/abs/2010.11518: the bound of `hamiltonian` with the dynamics of a metric that is learnt along with the
 * model: G⁻¹(z) = Σᵢ LᵢLᵢᵀ exp(−‖z − cᵢ‖² / T²) + λ I, with the posterior's means as cᵢ. In training the metric comes from
 * the batch; else from the examples seen last. Latents are few: the program grows with their square. Defaults are as in
 * pythae. The sampler `riemannian` draws latents by the metric.
 */
export const riemannianHamiltonian = defineObjective(
  'riemannianHamiltonian',
  z
    .strictObject({
      leapfrogSteps: z.int().min(1).default(3).describe('K: leapfrog steps of a draw.'),
      stepSize: z.number().positive().default(0.001).describe('The size of the steps.'),
      iterations: z
        .int()
        .min(1)
        .default(3)
        .describe("Fixed-point iterations of each step's implicit equations."),
      beta0: z
        .number()
        .gt(0)
        .lt(1)
        .default(0.3)
        .describe('β₀: 1 over the temperature of the first momenta.'),
      temperature: z
        .number()
        .positive()
        .default(1.5)
        .describe('T: how far around a centroid it tells of the metric.'),
      regularization: z
        .number()
        .positive()
        .default(0.01)
        .describe('λ: the inverse metric far away from all centroids.'),
      hidden: z.int().min(1).default(400).describe("Hidden units of the metric's network."),
      centroids: z
        .int()
        .min(1)
        .default(1000)
        .describe('Examples of the training data that the metric is kept by.'),
      ...boundOptions,
    })
    .describe(
      'Draws moved by Hamiltonian dynamics of a learnt metric (RHVAE, Chadebec et al. 2020).',
    ),
  ({ samples, beta, ...moves }) => ({
    bottleneck: riemannianPosterior(moves),
    schedules: { beta },
    terms: (context) => bound(context, { samples, beta }),
  }),
);

import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { riemannianPath } from '../riemannian/metric.js';
import { defineSampler } from './sampler.js';

/**
 * Latents by the volume of a learnt metric, √|G⁻¹(z)|: chains of Hamiltonian Monte Carlo from the metric's centroids on
 * (Chadebec et al. 2020, "Geometry-Aware Hamiltonian Variational Auto-Encoder", §3.4, https://arxiv.org/abs/2010.11518).
 * For models of the objective `riemannianHamiltonian`. Defaults are as in pythae's RHVAESampler.
 */
export const riemannian = defineSampler(
  'riemannian',
  z
    .strictObject({
      transitions: z.int().min(0).default(100).describe('Transitions of each chain.'),
      leapfrogSteps: z.int().min(1).default(15).describe('Leapfrog steps of a transition.'),
      stepSize: z.number().positive().default(0.03).describe('The size of the steps.'),
    })
    .describe("Hamiltonian Monte Carlo by a learnt metric's volume (Chadebec et al. 2020)."),
  (options) => ({
    async draw([count = 0], { stream, parameters }) {
      if (!parameters[`${riemannianPath}.centroids`]) {
        throw new UserError(
          'The sampler riemannian needs a model with a learnt metric. Train with the objective riemannianHamiltonian, or choose another sampler, such as gaussian.',
        );
      }
      const { chainsByMetric } = await import('../riemannian/chains.js');
      return chainsByMetric(count, parameters, stream, options);
    },
  }),
);

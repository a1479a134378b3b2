import { z } from 'zod';
import { poincareBall } from '../bottlenecks/index.js';
import { bound, boundOptions } from './importance-weights.js';
import { defineObjective } from './objective.js';

/**
 * Mathieu et al., "Continuous Hierarchical Representations with Poincaré Variational Auto-Encoders" (2019),
 * eq. 13, https://arxiv.org/abs/1901.06033: −log p(x | z) + β (log q(z | x) − log p(z)) with latents in the
 * Poincaré ball, where there is exponentially more room the farther out, as trees need it. Posterior and prior
 * are wrapped normal distributions, or Riemannian ones, which are the nearest there is to a normal distribution by
 * entropy. `decode` chooses the input of the decoder's layers: the point's coordinates (as in
 * pythae), its tangent at the origin, or its distances from `planes` gyroplanes, the paper's own first layer.
 */
export const poincare = defineObjective(
  'poincare',
  z
    .strictObject({
      curvature: z.number().gt(0).default(1).describe('c: the ball has the curvature −c.'),
      distribution: z
        .enum(['wrappedNormal', 'riemannianNormal'])
        .default('wrappedNormal')
        .describe('The kind of posterior and prior.'),
      priorScale: z
        .number()
        .gt(0)
        .default(1)
        .describe("The prior's standard deviation, in lengths of the ball."),
      decode: z
        .enum(['point', 'tangent', 'gyroplanes'])
        .default('point')
        .describe(
          "What the decoder sees: a point's coordinates, its tangent, or distances from planes.",
        ),
      planes: z.int().min(1).default(64).describe("Of 'gyroplanes': how many."),
      ...boundOptions,
    })
    .describe('Latents in the Poincaré ball (Mathieu et al. 2019).'),
  ({ samples, beta, ...ball }) => ({
    bottleneck: poincareBall(ball),
    schedules: { beta },
    terms: (context) => bound(context, { samples, beta }),
  }),
);

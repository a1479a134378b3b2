import { z } from 'zod';
import { mean } from '../../graph/index.js';
import { deterministic } from '../bottlenecks/index.js';
import { defineObjective } from './objective.js';

/**
 * Hinton and Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks" (2006),
 * https://doi.org/10.1126/science.1127647: −log p(x | z) with z = f(x). There is no prior, so no
 * images can be drawn.
 */
export const autoencoder = defineObjective(
  'autoencoder',
  z.strictObject({}).describe('Reconstruction alone; no prior.'),
  () => ({
    bottleneck: deterministic,
    schedules: {},
    terms({ sample, negativeLogLikelihood }) {
      const reconstruction = mean(negativeLogLikelihood(sample()));
      return { loss: reconstruction, metrics: { reconstruction } };
    },
  }),
);

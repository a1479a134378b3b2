import { z } from 'zod';
import { mul, square, sub } from '../../graph/index.js';
import { sumOfExample } from './examples.js';
import { defineLikelihood } from './likelihood.js';

/**
 * Half the sum of squared errors of each example, ½ Σ (x − μ)², as `reconstruction_loss: "mse"` of
 * pythae 0.1.2 (https://github.com/clementchadebec/benchmark_VAE). It is no likelihood in nats: the
 * Gaussian of variance 1 has it and the constant ½ log 2π a value, so there is no bound on log p(x).
 */
export const mse = defineLikelihood(
  'mse',
  z.strictObject({}).meta({
    title: 'Squared error (no probability)',
    description: 'Half the sum of squared errors, as in pythae: not a likelihood in nats.',
  }),
  () => ({
    parametersPerValue: 1,
    support: 'none',
    negativeLogLikelihood: (x, mean) => mul(sumOfExample(square(sub(mean, x))), 0.5),
    mean: (mean) => mean,
  }),
);

import { z } from 'zod';
import { add, exp, mul, square } from '../../graph/index.js';
import { valuesOfExample } from './examples.js';
import { defineLikelihood } from './likelihood.js';
import { located, locationOf, parametersOf, spreadErrors, spreadSchema } from './location-scale.js';

const squared = {
  error: square,
  slope: (difference, gradient) => mul(difference, mul(gradient, 2)),
} satisfies Parameters<typeof spreadErrors>[2];

/** log σ stays over −6, as in the σ-VAE: a tenth of a level of 8 bits. */
const logVariance = { name: 'logVariance', least: -12 };

/**
 * Independent Gaussian values of mean μ: −log p = ½ Σ ((x − μ)² / σ² + log σ² + log 2π) (Kingma and
 * Welling 2014, appendix C.2, https://arxiv.org/abs/1312.6114). The variance σ² is
 * - a number, in units of x: images are in [0, 1]
 * - `shared`: one number, trained as `likelihood.logVariance` (σ-VAE, Rybkin et al. 2021, §4.1,
 *   https://arxiv.org/abs/2006.13202)
 * - `pixel`: for each value its own; the decoder's second half of channels is its logarithm
 */
export const gaussian = defineLikelihood(
  'gaussian',
  z
    .strictObject({
      variance: spreadSchema
        .default('shared')
        .describe('A number; shared, for one that is trained; pixel, for one of each value.'),
    })
    .meta({
      title: 'Gaussian',
      description: 'Real values by their mean, and their log-variance where it is of each pixel.',
    }),
  ({ variance }) => ({
    parametersPerValue: parametersOf(variance),
    support: 'real',
    negativeLogLikelihood(x, parameters, scope) {
      const errors = spreadErrors(x, located(parameters, variance, logVariance, scope), squared);
      return mul(add(errors, valuesOfExample(x) * Math.log(2 * Math.PI)), 0.5);
    },
    mean: (parameters) => locationOf(parameters, variance),
    draw(parameters, scope) {
      const { location, logSpread } = located(parameters, variance, logVariance, scope);
      return add(location, mul(exp(mul(logSpread, 0.5)), scope.normal(location.shape)));
    },
  }),
);

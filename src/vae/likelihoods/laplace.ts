import { z } from 'zod';
import { abs, add, exp, log, mul, sign, sub } from '../../graph/index.js';
import { valuesOfExample } from './examples.js';
import { defineLikelihood } from './likelihood.js';
import { located, locationOf, parametersOf, spreadErrors, spreadSchema } from './location-scale.js';

const absolute = {
  error: abs,
  slope: (difference, gradient) => mul(sign(difference), gradient),
} satisfies Parameters<typeof spreadErrors>[2];

const logScale = { name: 'logScale', least: -6 };

/**
 * Independent Laplace values of location μ and scale b: −log p = Σ |x − μ| / b + log 2b (Kotz,
 * Kozubowski and Podgórski, "The Laplace Distribution and Generalizations", 2001, eq. 2.1.1). The
 * error is absolute, so μ learns medians, and edges stay sharper than by a Gaussian. The scale is
 * - a number, in units of x: images are in [0, 1]
 * - `shared`: one number, trained as `likelihood.logScale`
 * - `pixel`: for each value its own; the decoder's second half of channels is its logarithm
 */
export const laplace = defineLikelihood(
  'laplace',
  z
    .strictObject({
      scale: spreadSchema
        .default('shared')
        .describe('A number; shared, for one that is trained; pixel, for one of each value.'),
    })
    .meta({
      title: 'Laplace',
      description: 'Real values by their median, and their log-scale where it is of each pixel.',
    }),
  ({ scale }) => ({
    parametersPerValue: parametersOf(scale),
    support: 'real',
    negativeLogLikelihood(x, parameters, scope) {
      const errors = spreadErrors(x, located(parameters, scale, logScale, scope), absolute);
      return add(errors, valuesOfExample(x) * Math.LN2);
    },
    mean: (parameters) => locationOf(parameters, scale),
    /** The inverse of the distribution function. */
    draw(parameters, scope) {
      const { location, logSpread } = located(parameters, scale, logScale, scope);
      const side = sub(mul(scope.uniform(location.shape), 2), 1 - 2 ** -24);
      const size = mul(log(sub(1, abs(side))), exp(logSpread));
      return sub(location, mul(sign(side), size));
    },
  }),
);

import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { rowsOf } from './latent-rows.js';
import { chooseMixture, fitMixture } from './mixture/fit.js';
import { drawFitted, tensorsOf } from './mixture/tensors.js';
import { defineSampler } from './sampler.js';

/**
 * A mixture of Gaussians, fitted to the latents of a trained model by expectation and maximization: ex-post
 * density estimation (Ghosh et al. 2020, "From Variational to Deterministic Autoencoders", §4,
 * https://arxiv.org/abs/1903.12436, which takes 10 components). Fitted tensors: `weights` [k], `means`
 * [k, latents], and `factors`, the lower Cholesky factors of the covariances [k, latents, latents], or, of
 * diagonal ones, the standard deviations [k, latents].
 */
export const gaussianMixture = defineSampler(
  'gaussianMixture',
  z
    .strictObject({
      components: z
        .union([z.int().min(1), z.literal('bic')])
        .default(10)
        .describe("How many Gaussians; 'bic' chooses by the Bayesian information criterion."),
      fewest: z.int().min(1).default(1).describe("Of 'bic': the least number that is tried."),
      most: z.int().min(1).default(20).describe("Of 'bic': the greatest number that is tried."),
      covariance: z
        .enum(['full', 'diagonal'])
        .default('full')
        .describe('Whether latents vary together within a Gaussian (full) or each by itself.'),
      starts: z
        .int()
        .min(1)
        .default(3)
        .describe('Random starts (k-means++), of which the best goes on.'),
      iterations: z.int().min(1).default(100).describe('Iterations at most.'),
      tolerance: z
        .number()
        .min(0)
        .default(1e-3)
        .describe('It ends when the mean log-likelihood rises by less than so many nats.'),
      jitter: z
        .number()
        .gt(0)
        .default(1e-6)
        .describe('Added to the variances, as a share of their mean, so that none is 0.'),
    })
    .refine(({ fewest, most }) => fewest <= most, {
      path: ['most'],
      message: 'it is less than fewest. Give a greater number',
    })
    .describe('A mixture of Gaussians, fitted to the latents (Ghosh et al. 2020).'),
  ({ components, fewest, most, ...given }) => ({
    async fit(latents, { seed }) {
      const rows = rowsOf(latents);
      const options = { ...given, seed };
      const greatest = components === 'bic' ? most : components;
      const needed = Math.max(2, greatest);
      if (rows.count < needed) {
        throw new UserError(
          `A mixture of ${greatest} Gaussians is fitted to ${needed} latents or more, not ${rows.count}. Give data with more examples, or fewer components.`,
        );
      }
      const { mixture } =
        components === 'bic'
          ? await chooseMixture(rows, [fewest, most], options)
          : await fitMixture(rows, components, options);
      return tensorsOf(mixture, rows.width);
    },
    describe: ({ weights }) => `${weights!.dims[0]} components`,
    draw: drawFitted,
  }),
);

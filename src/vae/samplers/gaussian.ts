import { Tensor } from 'onnxruntime-common';
import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { type LatentRows, meanOf, rowsOf } from './latent-rows.js';
import { drawFitted } from './mixture/tensors.js';
import { defineSampler } from './sampler.js';

/** The covariance of rows about their mean (divided by N), row-major. */
function covarianceOf({ rows, count, width }: LatentRows, mean: Float64Array): number[][] {
  const sums = Array.from({ length: width }, () => new Array<number>(width).fill(0));
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) {
      const a = rows[row * width + i]! - mean[i]!;
      for (let j = 0; j <= i; j++) sums[i]![j]! += a * (rows[row * width + j]! - mean[j]!);
    }
  }
  return sums.map((line, i) => line.map((_, j) => (j <= i ? sums[i]![j]! : sums[j]![i]!) / count));
}

/**
 * A Gaussian with full covariance, fitted to the latents of a trained model: ex-post density
 * estimation (Ghosh et al. 2020, "From Variational to Deterministic Autoencoders", §4,
 * https://arxiv.org/abs/1903.12436), which draws from models that have no prior, such as plain
 * autoencoders. Fitted tensors: `mean` [latents], `factor` [latents, latents], the lower Cholesky
 * factor of the covariance.
 */
export const gaussian = defineSampler(
  'gaussian',
  z
    .strictObject({
      jitter: z
        .number()
        .min(0)
        .default(1e-6)
        .describe('Added to the variances, as a share of their mean, so that none is 0.'),
    })
    .describe('A Gaussian with full covariance, fitted to the latents (Ghosh et al. 2020).'),
  ({ jitter }) => ({
    async fit(latents) {
      const given = rowsOf(latents);
      const { count, width } = given;
      if (count < 2) {
        throw new UserError(
          `A Gaussian is fitted to 2 latents or more, not ${count}. Give data with more examples.`,
        );
      }
      const { CholeskyDecomposition, Matrix } = await import('ml-matrix');
      const mean = meanOf(given);
      const covariance = new Matrix(covarianceOf(given, mean));
      const level = covariance.trace() / width || 1;
      for (let i = 0; i < width; i++) {
        covariance.set(i, i, covariance.get(i, i) + Math.max(jitter * level, Number.MIN_VALUE));
      }
      const { lowerTriangularMatrix: factor } = new CholeskyDecomposition(covariance);
      return {
        mean: new Tensor('float32', Float32Array.from(mean), [width]),
        factor: new Tensor('float32', Float32Array.from(factor.to1DArray()), [width, width]),
      };
    },
    /** Draws as of a mixture of one component. */
    draw(shape, { stream, fitted: { mean, factor } }) {
      const width = mean!.size;
      return drawFitted(shape, {
        stream,
        fitted: {
          weights: new Tensor('float32', [1], [1]),
          means: mean!.reshape([1, width]),
          factors: factor!.reshape([1, width, width]),
        },
      });
    },
  }),
);

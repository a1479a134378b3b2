import { z } from 'zod';
import {
  add,
  constant,
  div,
  exp,
  matmul,
  mean,
  mul,
  size,
  square,
  sub,
  sum,
  transpose,
  type Value,
} from '../../graph/index.js';
import { scheduleSchema } from '../../nn/index.js';
import { gaussian } from '../bottlenecks/index.js';
import { meanKl, type Posterior } from '../posterior.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/** The unit matrix, [n, n]. */
const unitMatrix = (n: number) =>
  constant(
    Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    [n, n],
  );

/** The covariance of rows, [batch, n] → [n, n]: sums are divided by the number of rows. */
function covariance(rows: Value): Value {
  const centred = sub(rows, mean(rows, { axes: [0], keepDims: true }));
  return div(matmul(transpose(centred), centred), size(rows.shape[0]!));
}

/**
 * Kumar et al., "Variational Inference of Disentangled Latent Concepts from Unlabeled Observations"
 * (2018), eq. 6 and 7, https://arxiv.org/abs/1711.00848: the negative ELBO + λ_od Σ_{i≠j} C²ᵢⱼ +
 * λ_d Σᵢ (Cᵢᵢ − 1)². C is a covariance over a batch: DIP-VAE-I takes the covariance of the posterior's
 * means, DIP-VAE-II adds the mean of its variances, which gives the covariance of q(z).
 */
export const dipVae = defineObjective(
  'dipVae',
  z
    .strictObject({
      version: z
        .enum(['I', 'II'])
        .default('II')
        .describe('The covariance of the means (I), or of all latents drawn (II).'),
      offDiagonal: scheduleSchema
        .default(10)
        .describe('λ_od: the factor before squared covariances of two latents.'),
      diagonal: scheduleSchema
        .default(10)
        .describe('λ_d: the factor before squared differences of variances from 1.'),
    })
    .describe('The covariance of latents brought near to the unit matrix (Kumar et al. 2018).'),
  ({ version, offDiagonal, diagonal }) => ({
    bottleneck: gaussian,
    schedules: { offDiagonal, diagonal },
    terms({ encoding, sample, negativeLogLikelihood, schedule }: ObjectiveContext<Posterior>) {
      const reconstruction = mean(negativeLogLikelihood(sample()));
      const kl = meanKl(encoding);
      const unit = unitMatrix(encoding.mean.shape[1] as number);
      const variances = mean(exp(encoding.logVariance), { axes: [0], keepDims: true });
      const ofMeans = covariance(encoding.mean);
      const whole = version === 'I' ? ofMeans : add(ofMeans, mul(unit, variances));
      const differences = square(sub(whole, unit));
      const onDiagonal = sum(mul(differences, unit));
      const beside = sum(mul(differences, sub(1, unit)));
      const penalty = add(
        mul(beside, schedule('offDiagonal')),
        mul(onDiagonal, schedule('diagonal')),
      );
      return {
        loss: add(add(reconstruction, kl), penalty),
        metrics: { reconstruction, kl, covariance: penalty },
      };
    },
  }),
);

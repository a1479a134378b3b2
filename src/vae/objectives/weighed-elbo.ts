import { add, mean, mul } from '../../graph/index.js';
import type { Schedule } from '../../nn/index.js';
import type { Terms } from '../../step/index.js';
import { meanKl, type Posterior } from '../posterior.js';
import type { ObjectiveContext } from './objective.js';

/** −log p(x | z) + β KL(q(z | x) ‖ N(0, I)) of a Gaussian posterior; with β = 1 the negative ELBO. */
export function weighedElbo(
  { encoding, sample, negativeLogLikelihood, schedule }: ObjectiveContext<Posterior>,
  beta: number | Schedule,
): Terms {
  const reconstruction = mean(negativeLogLikelihood(sample()));
  const kl = meanKl(encoding);
  const weightedKl = mul(kl, schedule('beta'));
  return {
    loss: add(reconstruction, weightedKl),
    metrics: { reconstruction, kl, ...(beta === 1 ? {} : { weightedKl }) },
  };
}

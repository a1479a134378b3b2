import { z } from 'zod';
import { add, logSumExp, mean, mul, negate, sub, type Value } from '../../graph/index.js';
import { type Schedule, scheduleSchema } from '../../nn/index.js';
import type { Terms } from '../../step/index.js';
import type { ObjectiveContext } from './objective.js';

/** Draws of an example's posterior with their importance weights. */
export interface Weighted {
  /** log p(x, zₖ) − log q(zₖ | x) in nats: [batch, count]. */
  readonly logWeights: Value;
  /** −log p(x | zₖ) in nats, the mean over batch and draws: a scalar. */
  readonly reconstruction: Value;
}

/** Draws `count` latents of q(z | x) for each example, and weighs them. */
export function weighted(context: ObjectiveContext, count: number): Weighted {
  const { z, logPosterior, logPrior } = context.draws(count);
  const nll = context.negativeLogLikelihoods(z);
  const drawnKl = sub(logPosterior, logPrior);
  return { logWeights: negate(add(nll, drawnKl)), reconstruction: mean(nll) };
}

/**
 * −log of the mean importance weight, then the mean of these: a scalar, in nats.
 * @param logWeights [..., count]; the mean weight is over the last axis, the mean of logarithms over the others
 */
export function negativeBound(logWeights: Value): Value {
  const count = logWeights.shape.at(-1) as number;
  return mean(sub(Math.log(count), logSumExp(logWeights, { axes: [-1] })));
}

/** Options of objectives that are such a bound. */
export const boundOptions = {
  samples: z
    .int()
    .min(1)
    .default(1)
    .describe('Draws an example; several give the importance-weighted bound.'),
  beta: scheduleSchema.default(1).describe('β: the factor before log q(z | x) − log p(z).'),
};

/**
 * The bound of a posterior or a prior of any kind: the negative ELBO by one draw (Kingma and Welling 2014, eq. 8), or
 * the importance-weighted bound by several (Burda et al. 2016, eq. 8), with β before log q(z | x) − log p(z).
 * @param samples draws an example
 */
export function bound(
  context: ObjectiveContext,
  { samples, beta }: { readonly samples: number; readonly beta: number | Schedule },
): Terms {
  const { z, logPosterior, logPrior } = context.draws(samples);
  const nll = context.negativeLogLikelihoods(z);
  const drawnKl = sub(logPosterior, logPrior);
  const weightedKl = beta === 1 ? drawnKl : mul(drawnKl, context.schedule('beta'));
  return {
    loss: negativeBound(negate(add(nll, weightedKl))),
    metrics: {
      reconstruction: mean(nll),
      kl: mean(drawnKl),
      ...(beta === 1 ? {} : { weightedKl: mean(weightedKl) }),
    },
  };
}

import { add, logSumExp, mean, negate, sub, type Value } from '../../graph/index.js';
import { logPosterior, logPrior, type Posterior } from '../posterior.js';
import type { ObjectiveContext } from './objective.js';

/** Draws of an example's posterior with their importance weights. */
export interface Weighted {
  /** log p(x, zₖ) − log q(zₖ | x) in nats: [batch, count]. */
  readonly logWeights: Value;
  /** −log p(x | zₖ) in nats, the mean over batch and draws: a scalar. */
  readonly reconstruction: Value;
}

/** Draws `count` latents of q(z | x) for each example, and weighs them. */
export function weighted(context: ObjectiveContext<Posterior>, count: number): Weighted {
  const latents = context.samples(count);
  const nll = context.negativeLogLikelihoods(latents);
  const drawnKl = sub(logPosterior(latents, context.encoding), logPrior(latents));
  return { logWeights: negate(add(nll, drawnKl)), reconstruction: mean(nll) };
}

/**
 * −log of the mean importance weight, the mean over all that is left: a scalar, in nats.
 * @param logWeights [..., count]; the mean weight is over the last axis
 */
export function negativeBound(logWeights: Value): Value {
  const count = logWeights.shape.at(-1) as number;
  return mean(sub(Math.log(count), logSumExp(logWeights, { axes: [-1] })));
}

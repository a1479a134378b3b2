import { add, negate, sub, type Value } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import type { Batch } from '../../step/index.js';
import type { Network } from '../model/network.js';
import { logPosterior, logPrior } from '../posterior.js';

/** log p(x | z) − KL(q(z | x) ‖ p(z)) in nats of each example, [batch], with one draw of z. */
export function elboOf(network: Network, batch: Batch, scope: Scope): Value {
  const encoding = network.encode(batch, scope);
  const nats = network.negativeLogLikelihood(batch, network.sample(encoding, scope), scope);
  return negate(add(nats, network.objective.bottleneck.kl!(encoding)));
}

/** log p(x, z) / q(z | x) in nats of `count` draws of z an example: [batch, count]. */
export function logWeightsOf(network: Network, batch: Batch, count: number, scope: Scope): Value {
  const encoding = network.encode(batch, scope);
  const z = network.samples(encoding, count, scope);
  const posterior = network.objective.bottleneck.posterior!(encoding);
  const joint = sub(logPrior(z), network.negativeLogLikelihoods(batch, z, scope));
  return sub(joint, logPosterior(z, posterior));
}

/** log Σ exp of a running sum and more values. */
export function logAddAll(sum: number, values: Float32Array): number {
  let peak = sum;
  for (const value of values) if (value > peak) peak = value;
  if (peak === -Infinity) return sum;
  let total = Math.exp(sum - peak);
  for (const value of values) total += Math.exp(value - peak);
  return peak + Math.log(total);
}

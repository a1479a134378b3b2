import { mul, squeeze, sub, unsqueeze, type Value, type Values, where } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import type { Batch } from '../../step/index.js';
import { propose, toRows } from '../hamiltonian-monte-carlo.js';
import { withSlope } from '../leapfrog.js';
import type { BuiltModel } from '../model/built.js';
import { logPrior } from '../posterior.js';

/** log p(z) as a function of latents, [batch, ...latent] to [batch]. */
function priorOf({ network, objective }: BuiltModel, batch: Batch, scope: Scope) {
  const { bottleneck } = objective;
  if (!bottleneck.logPrior) return (z: Value) => logPrior(z, z.shape.length - 1);
  const encoding = network.encode(batch, scope);
  return (z: Value) => squeeze(bottleneck.logPrior!(encoding, unsqueeze(z, [1])), [1]);
}

/**
 * A transition of Hamiltonian Monte Carlo that keeps p(z) p(x | z)^β, one chain a row.
 *
 * Inputs: `z` [batch, ...latent], `beta` and `stepSize` [batch], and examples. Outputs: `moved`, the z that follows,
 * −log p(x | z) in nats `before` and `after`, and the `acceptance`, a probability; [batch] each.
 */
export function transition(model: BuiltModel, leapfrogSteps: number) {
  return (inputs: Values, scope: Scope): Values => {
    const batch = model.batchOf(inputs);
    const z = inputs.z!;
    const logPriorAt = priorOf(model, batch, scope);
    const knownAt = (at: Value) =>
      withSlope(at, (own) => {
        const nats = model.network.negativeLogLikelihood(batch, own, scope);
        return { nats, energy: sub(mul(nats, inputs.beta!), logPriorAt(own)) };
      });
    const found = propose(z, inputs.stepSize!, leapfrogSteps, knownAt, scope);
    return {
      moved: where(toRows(found.isAccepted, z), found.z, z),
      before: found.before.nats,
      after: where(found.isAccepted, found.after.nats, found.before.nats),
      acceptance: found.acceptance,
    };
  };
}

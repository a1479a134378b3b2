import { add, mul, type Value, type Values, where } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import { halfSquares, propose, toRows } from '../hamiltonian-monte-carlo.js';
import { withSlope } from '../leapfrog.js';
import type { BuiltModel } from '../model/built.js';

/**
 * A transition of Hamiltonian Monte Carlo that keeps p(z) p(x | z)^β with the prior N(0, I), one chain a row.
 *
 * Inputs: `z` [batch, ...latent], `beta` and `stepSize` [batch], and examples. Outputs: `moved`, the z that follows,
 * −log p(x | z) in nats `before` and `after`, and the `acceptance`, a probability; [batch] each.
 */
export function transition(model: BuiltModel, leapfrogSteps: number) {
  return (inputs: Values, scope: Scope): Values => {
    const batch = model.batchOf(inputs);
    const z = inputs.z!;
    const knownAt = (at: Value) =>
      withSlope(at, (own) => {
        const nats = model.network.negativeLogLikelihood(batch, own, scope);
        return { nats, energy: add(mul(nats, inputs.beta!), halfSquares(own)) };
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

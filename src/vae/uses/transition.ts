import {
  add,
  exp,
  less,
  minimum,
  mul,
  reshape,
  square,
  sub,
  sum,
  type Value,
  type Values,
  where,
} from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import { leapfrogStep, type PhasePoint, slopeOf } from '../leapfrog.js';
import type { BuiltModel } from '../model/built.js';

/** Half the squared length of each row. */
function halfSquares(x: Value): Value {
  const axes = x.shape.slice(1).map((_, i) => i + 1);
  return mul(sum(square(x), { axes }), 0.5);
}

/** A number a row, [batch], that broadcasts to x, [batch, ...]. */
function toRows(numbers: Value, { shape }: Value): Value {
  return reshape(numbers, [shape[0]!, ...shape.slice(1).map(() => 1)]);
}

/**
 * A transition of Hamiltonian Monte Carlo (Neal 2011, figure 2, https://arxiv.org/abs/1206.1901) that keeps
 * p(z) p(x | z)^β with the prior N(0, I), one chain a row. The size of its steps varies by a fifth at random, so that
 * no trajectory comes back to its start again and again (§3.2).
 *
 * Inputs: `z` [batch, ...latent], `beta` and `stepSize` [batch], and examples. Outputs: `moved`, the z that follows, −log p(x | z)
 * in nats `before` and `after`, and the `acceptance`, a probability; [batch] each.
 */
export function transition(model: BuiltModel, leapfrogSteps: number) {
  const { network } = model;
  return (inputs: Values, scope: Scope): Values => {
    const batch = model.batchOf(inputs);
    const z = inputs.z!;
    const natsAt = (at: Value) => network.negativeLogLikelihood(batch, at, scope);
    const energyOf = (nats: Value, at: Value) => add(mul(nats, inputs.beta!), halfSquares(at));
    const slopeAt = slopeOf((at) => energyOf(natsAt(at), at));
    const varied = mul(scope.uniform(inputs.stepSize!.shape), 0.4);
    const stepSize = toRows(mul(inputs.stepSize!, add(varied, 0.8)), z);
    const momentum = scope.normal(z.shape);
    let point: PhasePoint = { z, momentum, slope: slopeAt(z) };
    for (let i = 0; i < leapfrogSteps; i++) point = leapfrogStep(point, stepSize, slopeAt);
    const [before, reached] = [natsAt(z), natsAt(point.z)];
    const start = add(energyOf(before, z), halfSquares(momentum));
    const end = add(energyOf(reached, point.z), halfSquares(point.momentum));
    const acceptance = exp(minimum(sub(start, end), 0));
    // Where a trajectory has left all numbers, the comparison is false.
    const isAccepted = less(scope.uniform(acceptance.shape), acceptance);
    return {
      moved: where(toRows(isAccepted, z), point.z, z),
      before,
      after: where(isAccepted, reached, before),
      acceptance,
    };
  };
}

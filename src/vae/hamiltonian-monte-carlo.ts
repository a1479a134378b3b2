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
} from '../graph/index.js';
import type { Scope } from '../nn/index.js';
import { leapfrogStep, type PhasePoint, type Slope } from './leapfrog.js';

/** Half the squared length of each row. */
export function halfSquares(x: Value): Value {
  const axes = x.shape.slice(1).map((_, i) => i + 1);
  return mul(sum(square(x), { axes }), 0.5);
}

/** A value a row, [batch], that broadcasts to x, [batch, ...]. */
export function toRows(values: Value, { shape }: Value): Value {
  return reshape(values, [shape[0]!, ...shape.slice(1).map(() => 1)]);
}

/** A proposal of Hamiltonian Monte Carlo, one a row. */
export interface Proposal<At> {
  readonly z: Value;
  /** Facts of the place before, and of the proposal. */
  readonly before: At;
  readonly after: At;
  /** The probability that it is accepted, [batch], and whether it is. */
  readonly acceptance: Value;
  readonly isAccepted: Value;
}

/**
 * A transition of Hamiltonian Monte Carlo (Neal 2011, figure 2, https://arxiv.org/abs/1206.1901), one chain a row. The size of
 * its steps varies by a fifth at random, so that no trajectory comes back to its start again and again (§3.2).
 * @param z [batch, ...]
 * @param stepSize [batch], or a scalar
 * @param knownAt gives the energies −log p at z, [batch], and their slope
 */
export function propose<At extends Slope & { readonly energy: Value }>(
  z: Value,
  stepSize: Value,
  leapfrogSteps: number,
  knownAt: (z: Value) => At,
  scope: Scope,
): Proposal<At> {
  const varied = add(mul(scope.uniform([z.shape[0]!]), 0.4), 0.8);
  const steps = toRows(mul(stepSize, varied), z);
  const momentum = scope.normal(z.shape);
  const before = knownAt(z);
  let point: PhasePoint<At> = { z, momentum, at: before };
  for (let i = 0; i < leapfrogSteps; i++) point = leapfrogStep(point, steps, knownAt);
  const start = add(before.energy, halfSquares(momentum));
  const end = add(point.at.energy, halfSquares(point.momentum));
  const acceptance = exp(minimum(sub(start, end), 0));
  // The comparison is false where a trajectory has left all numbers.
  const isAccepted = less(scope.uniform(acceptance.shape), acceptance);
  return { z: point.z, before, after: point.at, acceptance, isAccepted };
}

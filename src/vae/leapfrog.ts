import { add, gradient, mul, sub, sum, type Value } from '../graph/index.js';

/** A point of Hamiltonian dynamics, with the slope of the potential energy there; all of one shape. */
export interface PhasePoint {
  readonly z: Value;
  readonly momentum: Value;
  readonly slope: Value;
}

/**
 * The slope of a potential energy by z.
 * @param energy from z to nats of each point
 */
export function slopeOf(energy: (z: Value) => Value): (z: Value) => Value {
  return (z) => gradient(sum(energy(z)), [z])[0]!;
}

/**
 * A leapfrog step of Hamiltonian dynamics with unit masses: half a step of the momentum, one of the position, half
 * a one of the momentum (Neal, "MCMC using Hamiltonian dynamics", 2011, eq. 2.28 to 2.30,
 * https://arxiv.org/abs/1206.1901).
 * @param stepSize broadcasts to z
 */
export function leapfrogStep(
  { z, momentum, slope }: PhasePoint,
  stepSize: Value,
  slopeAt: (z: Value) => Value,
): PhasePoint {
  const half = mul(stepSize, 0.5);
  const between = sub(momentum, mul(half, slope));
  const moved = add(z, mul(stepSize, between));
  const next = slopeAt(moved);
  return { z: moved, momentum: sub(between, mul(half, next)), slope: next };
}

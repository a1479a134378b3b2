import { add, gradient, mul, sub, sum, type Value } from '../graph/index.js';

/** The slope of the potential energy at a point, by z. */
export interface Slope {
  readonly slope: Value;
}

/** A point of Hamiltonian dynamics, and all that is known there. */
export interface PhasePoint<At extends Slope = Slope> {
  readonly z: Value;
  readonly momentum: Value;
  readonly at: At;
}

/**
 * Energies, and the slope of their sum by z.
 * @param build from z to its energies, and to all else that is made of it
 */
export function withSlope<Built extends { readonly energy: Value }>(
  z: Value,
  build: (z: Value) => Built,
): Built & Slope {
  const built = build(z);
  return { ...built, slope: gradient(sum(built.energy), [z])[0]! };
}

/**
 * A leapfrog step of Hamiltonian dynamics with unit masses: half a step of the momentum, a step of the position,
 * half a step of the momentum (Neal, "MCMC using Hamiltonian dynamics", 2011, eq. 2.28 to 2.30,
 * https://arxiv.org/abs/1206.1901).
 * @param stepSize broadcasts to z
 * @param knownAt gives the slope at z, and all else that is known there
 */
export function leapfrogStep<At extends Slope>(
  { z, momentum, at }: PhasePoint<At>,
  stepSize: Value,
  knownAt: (z: Value) => At,
): PhasePoint<At> {
  const half = mul(stepSize, 0.5);
  const between = sub(momentum, mul(half, at.slope));
  const moved = add(z, mul(stepSize, between));
  const next = knownAt(moved);
  return { z: moved, momentum: sub(between, mul(half, next.slope)), at: next };
}

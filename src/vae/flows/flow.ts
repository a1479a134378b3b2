import { add, type Value } from '../../graph/index.js';

/** Latents that an invertible map gives, and how it stretches space. */
export interface Flowed {
  /** Latents of the shape of the map's input, [..., latent]. */
  readonly z: Value;
  /** log |det ∂z / ∂input| in nats, [...]: the density of z is the input's divided by the determinant. */
  readonly logDet: Value;
}

/** Maps one after another, at least one; their log determinants add up. */
export function chained(z: Value, maps: readonly ((z: Value) => Flowed)[]): Flowed {
  const [first, ...rest] = maps;
  return rest.reduce((before, map) => {
    const after = map(before.z);
    return { z: after.z, logDet: add(before.logDet, after.logDet) };
  }, first!(z));
}

import type { Value } from '../../graph/index.js';

/** Latents that an invertible map gives, and how it stretches space. */
export interface Flowed {
  /** Of the shape of the map's input, [..., latent]. */
  readonly z: Value;
  /** log |det ∂z / ∂input| in nats, [...]: the density of z is that of the input divided by the determinant. */
  readonly logDet: Value;
}

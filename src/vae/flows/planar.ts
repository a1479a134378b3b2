import {
  add,
  div,
  log,
  maximum,
  mul,
  softplus,
  square,
  squeeze,
  sub,
  sum,
  tanh,
  type Value,
} from '../../graph/index.js';
import type { Flowed } from './flow.js';

/** Numbers of a planar flow, which broadcast to latents [..., latent]. */
export interface PlanarParameters {
  /** [..., latent] */
  readonly u: Value;
  /** The direction in which latents are moved apart or together, [..., latent]. */
  readonly w: Value;
  /** [..., 1] */
  readonly b: Value;
}

/** Squared lengths under this are taken for this. */
const tiny = 1e-12;

const last = { axes: [-1], keepDims: true };

/**
 * A planar flow (Rezende and Mohamed 2015, "Variational Inference with Normalizing Flows", eq. 10 to 12,
 * https://arxiv.org/abs/1505.05770): z + û tanh(wᵀz + b). As in appendix A.1,
 * û = u + (m(wᵀu) − wᵀu) w / ‖w‖² with m(x) = softplus(x) − 1 keeps wᵀû over −1, so that the map is
 * invertible. The determinant 1 + (1 − tanh²) wᵀû is written as tanh² + (1 − tanh²) softplus(wᵀu), which
 * keeps its digits near 0.
 * @param z [..., latent]
 */
export function planar(z: Value, { u, w, b }: PlanarParameters): Flowed {
  const inner = sum(mul(w, u), last);
  const stretch = softplus(inner);
  const change = sub(sub(stretch, 1), inner);
  const direction = add(u, div(mul(change, w), maximum(sum(square(w), last), tiny)));
  const bend = tanh(add(sum(mul(w, z), last), b));
  const flat = square(bend);
  const determinant = add(flat, mul(sub(1, flat), stretch));
  return {
    z: add(z, mul(direction, bend)),
    logDet: squeeze(log(determinant), [determinant.shape.length - 1]),
  };
}

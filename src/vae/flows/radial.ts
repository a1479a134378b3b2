import {
  add,
  div,
  log,
  maximum,
  mul,
  softplus,
  sqrt,
  square,
  squeeze,
  sub,
  sum,
  type Value,
} from '../../graph/index.js';
import type { Flowed } from './flow.js';

/** Numbers of a radial flow, which broadcast to latents [..., latent]. */
export interface RadialParameters {
  /** z₀, around which latents are moved: [..., latent]. */
  readonly center: Value;
  /** Number that softplus turns into α: how wide the flow acts, [..., 1]. */
  readonly alpha: Value;
  /** Measure of how far latents are moved apart (over softplus⁻¹(α)) or together, [..., 1]. */
  readonly beta: Value;
}

/** Squared distances under this are taken for this, as a distance of 0 has no derivative. */
const tiny = 1e-12;

/**
 * A radial flow (Rezende and Mohamed 2015, "Variational Inference with Normalizing Flows", eq. 14,
 * https://arxiv.org/abs/1505.05770): z + β̂ h (z − z₀) with h = 1 / (α + r) and r = ‖z − z₀‖. As in
 * appendix A.2, β̂ = −α + softplus(β) keeps β̂ over −α, so that the map is invertible. Of the determinant
 * (1 + β̂ h)^(d − 1) (1 + β̂ h + β̂ h′ r), the first factor is (r + s) / (α + r) and the last
 * (r² + 2αr + αs) / (α + r)², with s = softplus(β): in this form all digits are kept.
 * @param z [..., latent]
 */
export function radial(z: Value, parameters: RadialParameters): Flowed {
  const width = z.shape.at(-1) as number;
  const alpha = softplus(parameters.alpha);
  const size = softplus(parameters.beta);
  const apart = sub(z, parameters.center);
  const r = sqrt(maximum(sum(square(apart), { axes: [-1], keepDims: true }), tiny));
  const reach = add(alpha, r);
  const beside = log(div(add(r, size), reach));
  const outward = add(mul(r, add(reach, alpha)), mul(alpha, size));
  const along = log(div(outward, square(reach)));
  const logDet = add(mul(beside, width - 1), along);
  return {
    z: add(z, mul(div(sub(size, alpha), reach), apart)),
    logDet: squeeze(logDet, [logDet.shape.length - 1]),
  };
}

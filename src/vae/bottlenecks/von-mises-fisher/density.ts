import { add, cast, mul, negate, sub, type Value, withGradient } from '../../../graph/index.js';
import { logSurface } from '../surface.js';
import { bessel } from './bessel.js';

/*
 * The von Mises–Fisher distribution on the unit sphere in d dimensions: q(z) = C(κ) exp(κ μᵀz) with
 * C(κ) = κ^ν / ((2π)^(d/2) I_ν(κ)) and ν = d/2 − 1 (Davidson et al. 2018, eq. 3, 4 and 13,
 * https://arxiv.org/abs/1804.00891). Points are told by u = 1 − μᵀz, which keeps its digits where κ is large.
 */

/** Functions of the concentration κ, which need float64 within. */
export interface Concentrated {
  /** KL from the uniform distribution on the sphere, in nats. */
  readonly kl: Value;
  /** log C(κ) + κ */
  readonly logScale: Value;
  /** The mean of u, 1 − I_ν₊₁(κ) / I_ν(κ). */
  readonly meanDistance: Value;
}

/**
 * The functions of κ, of its shape.
 * @param kappa > 0, such as [batch, 1]
 */
export function concentrated(kappa: Value, dimensions: number): Concentrated {
  const x = cast(kappa, 'float64');
  const { log, ratio } = bessel(dimensions / 2 - 1, x);
  const distance = sub(1, mul(x, ratio));
  // dA/dκ = 1 − A² − (d − 1) A / κ, with A = 1 − distance.
  const slope = () => sub(mul(distance, sub(2, distance)), mul(ratio, dimensions - 1));
  const withSlope = (value: Value, derivative: () => Value) =>
    withGradient(cast(value, kappa.dtype), [kappa], (gradient) => [
      mul(gradient, cast(derivative(), kappa.dtype)),
    ]);
  const logPower = (dimensions / 2) * Math.log(2 * Math.PI);
  return {
    kl: withSlope(sub(logSurface(dimensions) - logPower, add(log, mul(x, distance))), () =>
      mul(x, slope()),
    ),
    logScale: withSlope(sub(-logPower, log), () => distance),
    meanDistance: withSlope(distance, () => negate(slope())),
  };
}

/** log q(z) in nats, of points at u = 1 − μᵀz. */
export const logDensity = ({ logScale }: Concentrated, kappa: Value, u: Value) =>
  sub(logScale, mul(kappa, u));

import {
  add,
  div,
  exp,
  less,
  log,
  maximum,
  mul,
  square,
  squeeze,
  sub,
  sum,
  unsqueeze,
  type Value,
  where,
} from '../../../graph/index.js';
import type { Posterior } from '../../posterior.js';
import { distance, fromOrigin, held, lengthOf, mobiusAdd } from './ball.js';

/*
 * The wrapped normal distribution (Mathieu et al. 2019, §3.1 and appendix B.3): a normal one in the tangent
 * space of its mean, in lengths of the ball, carried to the ball by the exponential map. Its densities are by
 * the measure of the ball, whose volume element is λ(z)ᵈ dz with λ(z) = 2 / (1 − c ‖z‖²).
 */

const logTwoPi = Math.log(2 * Math.PI);

/** log (sinh x / x) for x ≥ 0, with all its digits near 0 and far out. */
function logSinhRatio(x: Value): Value {
  const far = maximum(x, 0.2);
  const plain = add(far, log(div(sub(1, exp(mul(far, -2))), mul(far, 2))));
  const near = square(x);
  const series = mul(near, add(mul(near, add(mul(near, 1 / 2835), -1 / 180)), 1 / 6));
  return where(less(x, 0.2), series, plain);
}

/** log of how much the exponential map stretches volumes at a distance: (d − 1) log (sinh √c r / √c r). */
const logStretch = (radius: Value, dimensions: number, c: number) =>
  mul(logSinhRatio(mul(radius, Math.sqrt(c))), dimensions - 1);

/** Draws with their log density: [batch, count, latent] and [batch, count]. */
export interface Wrapped {
  readonly z: Value;
  readonly logDensity: Value;
}

/**
 * Draws of the wrapped normal about a point of the ball.
 * @param noise normal, [batch, count, latent]
 */
export function drawWrapped({ mean, logVariance }: Posterior, noise: Value, c: number): Wrapped {
  const spread = unsqueeze(logVariance, [1]);
  const tangent = mul(noise, exp(mul(spread, 0.5)));
  const dimensions = mean.shape[1] as number;
  const normal = mul(sum(add(add(square(noise), spread), logTwoPi), { axes: [-1] }), -0.5);
  const stretch = logStretch(lengthOf(tangent), dimensions, c);
  return {
    z: held(mobiusAdd(unsqueeze(mean, [1]), fromOrigin(tangent, c), c), c),
    logDensity: sub(normal, squeeze(stretch, [-1])),
  };
}

/** log density of the wrapped normal about the origin, of points of the ball: without the last axis. */
export function logDensityAtOrigin(z: Value, scale: number, c: number): Value {
  const dimensions = z.shape.at(-1) as number;
  const radius = distance(z, c);
  const constant = dimensions * (Math.log(scale) + logTwoPi / 2);
  const normal = sub(mul(square(radius), -0.5 / scale ** 2), constant);
  return squeeze(sub(normal, logStretch(radius, dimensions, c)), [-1]);
}

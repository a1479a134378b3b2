import {
  add,
  exp,
  mul,
  square,
  squeeze,
  sub,
  sum,
  unsqueeze,
  type Value,
} from '../../../graph/index.js';
import type { Scope } from '../../../nn/index.js';
import type { Posterior } from '../../posterior.js';
import { distance, fromOrigin, held, lengthOf, logSinhRatio, mobiusAdd } from './ball.js';

/*
 * The wrapped normal distribution (Mathieu et al. 2019, §3.1 and appendix B.3): a normal one in the tangent
 * space of its mean, in lengths of the ball, carried to the ball by the exponential map. Its densities are by
 * the measure of the ball, whose volume element is λ(z)ᵈ dz with λ(z) = 2 / (1 − c ‖z‖²).
 */

const logTwoPi = Math.log(2 * Math.PI);

/** log of how much the exponential map stretches volumes at a distance: (d − 1) log (sinh √c r / √c r). */
const logStretch = (radius: Value, dimensions: number, c: number) =>
  mul(logSinhRatio(mul(radius, Math.sqrt(c))), dimensions - 1);

/** Draws with their log density: [batch, count, latent] and [batch, count]. */
export interface Drawn {
  readonly z: Value;
  readonly logDensity: Value;
}

/** Draws about a point of the ball. @param posterior `logVariance` is [batch, latent] */
export function drawWrapped(
  { mean, logVariance }: Posterior,
  count: number,
  c: number,
  scope: Scope,
): Drawn {
  const [batch, latent] = mean.shape as readonly [string, number];
  const noise = scope.normal([batch, count, latent]);
  const spread = unsqueeze(logVariance, [1]);
  const tangent = mul(noise, exp(mul(spread, 0.5)));
  const normal = mul(sum(add(add(square(noise), spread), logTwoPi), { axes: [-1] }), -0.5);
  const stretch = logStretch(lengthOf(tangent), latent, c);
  return {
    z: held(mobiusAdd(unsqueeze(mean, [1]), fromOrigin(tangent, c), c), c),
    logDensity: sub(normal, squeeze(stretch, [-1])),
  };
}

/** log density of the wrapped normal about the origin, of points of the ball: without the last axis. */
export function wrappedAtOrigin(z: Value, scale: number, c: number): Value {
  const dimensions = z.shape.at(-1) as number;
  const radius = distance(z, c);
  const constant = dimensions * (Math.log(scale) + logTwoPi / 2);
  const normal = sub(mul(square(radius), -0.5 / scale ** 2), constant);
  return squeeze(sub(normal, logStretch(radius, dimensions, c)), [-1]);
}

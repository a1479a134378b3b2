import {
  add,
  constant,
  div,
  exp,
  mul,
  square,
  squeeze,
  sub,
  unsqueeze,
  type Value,
} from '../../../graph/index.js';
import type { Scope } from '../../../nn/index.js';
import type { Posterior } from '../../posterior.js';
import { proposals } from '../rejection.js';
import { logSurface } from '../surface.js';
import { distance, fromOrigin, held, lengthOf, mobiusAdd } from './ball.js';
import { drawRadius, type Radius, radiusOf } from './hyperbolic-radius.js';
import type { Drawn } from './wrapped-normal.js';

/*
 * The Riemannian normal distribution (Mathieu et al. 2019, §3.1 and appendix B.2): its density by the ball's
 * measure falls with the squared distance from the mean, exp(−d(μ, z)² / 2σ²) / Z(σ). In polar coordinates about
 * the mean the direction is uniform and the distance of `hyperbolic-radius.ts`, in lengths of curvature −1.
 */

/** log density at a distance x = √c d(μ, z). */
function logDensity(x: Value, { scale, logNormalizer }: Radius, dimensions: number, c: number) {
  const normal = mul(div(square(x), square(scale)), -0.5);
  const measure = (dimensions / 2) * Math.log(c) - logSurface(dimensions);
  return add(sub(normal, logNormalizer), measure);
}

/** Draws about a point of the ball. @param posterior `logVariance` is [batch, 1], of all directions alike */
export function drawRiemannian(
  { mean, logVariance }: Posterior,
  count: number,
  c: number,
  scope: Scope,
): Drawn {
  const [batch, latent] = mean.shape as readonly [string, number];
  const root = Math.sqrt(c);
  const radius = radiusOf(mul(exp(mul(logVariance, 0.5)), root), latent);
  const shape = [batch, count, proposals];
  const x = drawRadius(radius, scope.normal(shape), scope.uniform(shape));
  const noise = scope.normal([batch, count, latent]);
  const direction = div(noise, lengthOf(noise));
  const apart = fromOrigin(mul(direction, unsqueeze(mul(x, 1 / root), [-1])), c);
  return {
    z: held(mobiusAdd(unsqueeze(mean, [1]), apart, c), c),
    logDensity: logDensity(x, radius, latent, c),
  };
}

/** log density about the origin, of points of the ball [batch, count, latent]: [batch, count]. */
export function riemannianAtOrigin(z: Value, scale: number, c: number): Value {
  const dimensions = z.shape.at(-1) as number;
  const root = Math.sqrt(c);
  const radius = radiusOf(constant([scale * root], [1, 1]), dimensions);
  return logDensity(mul(squeeze(distance(z, c), [-1]), root), radius, dimensions, c);
}

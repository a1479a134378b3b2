import { UserError } from '../../base/errors.js';
import { broadcastLike, type Value, within } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import type { Posterior } from '../posterior.js';
import { poincareDisk } from '../samplers/index.js';
import type { Bottleneck } from './bottleneck.js';
import { head } from './gaussian.js';
import { exponential, held, logarithm } from './poincare/ball.js';
import { gyroplanes } from './poincare/gyroplanes.js';
import { drawRiemannian, riemannianAtOrigin } from './poincare/riemannian-normal.js';
import { drawWrapped, wrappedAtOrigin } from './poincare/wrapped-normal.js';

export interface PoincareBallOptions {
  /** c > 0: the ball has the curvature −c and the radius 1/√c. */
  readonly curvature: number;
  /** The kind of posterior and prior. */
  readonly distribution: 'wrappedNormal' | 'riemannianNormal';
  /** The prior's standard deviation, in lengths of the ball. */
  readonly priorScale: number;
  /** The form in which the decoder's layers see a point. */
  readonly decode: 'point' | 'tangent' | 'gyroplanes';
  /** Number of planes, for `gyroplanes`. */
  readonly planes: number;
}

/**
 * A wrapped or a Riemannian normal q(z | x) in the Poincaré ball, and one about its origin as the prior (Mathieu
 * et al. 2019). The head of the mean gives a tangent at the origin, whose exponential is the mean; the head of a
 * Riemannian normal's variance gives one number. A point outside of the ball is decoded as one on its boundary.
 */
export function poincareBall(options: PoincareBallOptions): Bottleneck<Posterior> {
  const { curvature: c, distribution, priorScale, decode, planes } = options;
  const isWrapped = distribution === 'wrappedNormal';
  const draw = isWrapped ? drawWrapped : drawRiemannian;
  const atOrigin = isWrapped ? wrappedAtOrigin : riemannianAtOrigin;
  return {
    type: 'poincareBall',
    encode(features, latent, scope, sources) {
      if (latent < 2 && !isWrapped) {
        throw new UserError(
          `A Riemannian normal distribution has 2 dimensions or more, and there is ${latent} latent. Give latent: 2 or more, or take the wrapped one.`,
        );
      }
      const tangent = head('mean', features, latent, scope, sources);
      const width = isWrapped ? latent : 1;
      return {
        mean: held(exponential(tangent, c), c),
        logVariance: head('logVariance', features, width, scope, sources),
      };
    },
    point: ({ mean }) => mean,
    outputs: ({ mean, logVariance }) => ({
      mean,
      log_variance: broadcastLike(logVariance, mean),
    }),
    describe: (shape) => `mean, in a ball, and log_variance: float32 [batch, ${shape.join(', ')}]`,
    draws: (posterior, count, { scope }) =>
      within({ part: 'sampling' }, () => {
        const { z, logDensity } = draw(posterior, count, c, scope.child('sampling'));
        return { z, logPosterior: logDensity, logPrior: atOrigin(z, priorScale, c) };
      }),
    toDecoder(z: Value, scope: Scope) {
      const inside = held(z, c);
      if (decode === 'tangent') return logarithm(inside, c);
      return decode === 'point' ? inside : gyroplanes(inside, planes, c, scope.child('gyroplanes'));
    },
    prior: poincareDisk({ curvature: c, distribution, scale: priorScale }),
  };
}

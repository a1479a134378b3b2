import type { Value } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import type { Posterior } from '../posterior.js';
import { poincareDisk } from '../samplers/index.js';
import type { Bottleneck } from './bottleneck.js';
import { gaussian } from './gaussian.js';
import { exponential, held, logarithm } from './poincare/ball.js';
import { gyroplanes } from './poincare/gyroplanes.js';
import { drawWrapped, logDensityAtOrigin } from './poincare/wrapped-normal.js';

export interface PoincareBallOptions {
  /** c > 0: the ball has the curvature −c and the radius 1/√c. */
  readonly curvature: number;
  /** The prior's standard deviation, in lengths of the ball. */
  readonly priorScale: number;
  /** What the decoder's layers see of a point. */
  readonly decode: 'point' | 'tangent' | 'gyroplanes';
  /** For `gyroplanes`: how many. */
  readonly planes: number;
}

/**
 * A wrapped normal q(z | x) in the Poincaré ball, and a wrapped normal about its origin as the prior (Mathieu
 * et al. 2019). The head of the mean gives a tangent at the origin, whose exponential the mean is. Points
 * outside of the ball are decoded as those on its boundary.
 */
export function poincareBall(options: PoincareBallOptions): Bottleneck<Posterior> {
  const { curvature: c, priorScale, decode, planes } = options;
  return {
    type: 'poincareBall',
    encode(features, latent, scope, sources) {
      const { mean, logVariance } = gaussian.encode(features, latent, scope, sources);
      return { mean: held(exponential(mean, c), c), logVariance };
    },
    point: ({ mean }) => mean,
    outputs: gaussian.outputs,
    describe: (shape) => `mean, in a ball, and log_variance: float32 [batch, ${shape.join(', ')}]`,
    draws({ mean, logVariance }, count, { scope }) {
      const [batch, latent] = mean.shape as readonly [string, number];
      const noise = scope.child('sampling').normal([batch, count, latent]);
      const { z, logDensity } = drawWrapped({ mean, logVariance }, noise, c);
      return {
        z,
        logPosterior: logDensity,
        logPrior: logDensityAtOrigin(z, priorScale, c),
      };
    },
    toDecoder(z: Value, scope: Scope) {
      const inside = held(z, c);
      if (decode === 'tangent') return logarithm(inside, c);
      return decode === 'point' ? inside : gyroplanes(inside, planes, c, scope.child('gyroplanes'));
    },
    prior: poincareDisk({ curvature: c, scale: priorScale }),
  };
}

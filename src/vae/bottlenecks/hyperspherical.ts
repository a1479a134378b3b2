import { UserError } from '../../base/errors.js';
import {
  add,
  broadcastLike,
  constant,
  div,
  softplus,
  sqrt,
  square,
  squeeze,
  sum,
  type Value,
  within,
} from '../../graph/index.js';
import { hypersphere } from '../samplers/index.js';
import type { Bottleneck } from './bottleneck.js';
import { head } from './gaussian.js';
import { proposals } from './rejection.js';
import { logSurface } from './surface.js';
import { type Concentrated, concentrated, logDensity } from './von-mises-fisher/density.js';
import { drawDistance, pointsAt } from './von-mises-fisher/draw.js';

/** A von Mises–Fisher distribution on the unit sphere. */
export interface Directed {
  /** μ, of length 1: [batch, latent]. */
  readonly mean: Value;
  /** κ ≥ 1: [batch, 1]. */
  readonly concentration: Value;
  /** Functions of κ, [batch, 1]. */
  readonly known: Concentrated;
}

/** Points brought to the unit sphere along the last axis. */
const toSphere = (x: Value) =>
  div(x, sqrt(add(sum(square(x), { axes: [-1], keepDims: true }), 1e-20)));

/**
 * A von Mises–Fisher q(z | x) on the unit sphere, and the uniform prior on it (Davidson et al. 2018,
 * "Hyperspherical Variational Auto-Encoders", §3, https://arxiv.org/abs/1804.00891). As in the authors' code
 * κ is softplus of its head + 1. A point off the sphere is decoded as the nearest one on it.
 */
export const hyperspherical: Bottleneck<Directed> = {
  type: 'hyperspherical',
  encode(features, latent, scope, sources) {
    if (latent < 2) {
      throw new UserError(
        `A sphere has 2 dimensions or more, and there is ${latent} latent. Give latent: 2 or more.`,
      );
    }
    const mean = toSphere(head('mean', features, latent, scope, sources));
    const concentration = add(softplus(head('concentration', features, 1, scope, sources)), 1);
    return { mean, concentration, known: concentrated(concentration, latent) };
  },
  point: ({ mean }) => mean,
  outputs: ({ mean, concentration }) => ({ mean, concentration }),
  describe: (shape) =>
    `mean: float32 [batch, ${shape.join(', ')}] of length 1; concentration: float32 [batch, 1]`,
  kl: ({ known }) => squeeze(known.kl, [1]),
  draws: ({ mean, concentration, known }, count, { scope }) =>
    within({ part: 'sampling' }, () => {
      const [batch, latent] = mean.shape as readonly [string, number];
      const own = scope.child('sampling');
      const uniform = own.uniform([batch, count, proposals, 3]);
      const u = drawDistance(concentration, known.meanDistance, uniform, latent);
      const uniformDensity = constant(Float32Array.of(-logSurface(latent)), []);
      return {
        z: pointsAt(mean, u, own.normal([batch, count, latent - 1])),
        logPosterior: logDensity(known, concentration, u),
        logPrior: broadcastLike(uniformDensity, u),
      };
    }),
  toDecoder: toSphere,
  prior: hypersphere(),
};

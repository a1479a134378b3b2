import { UserError } from '../../base/errors.js';
import { clip, formatShape } from '../../graph/index.js';
import type { Posterior } from '../posterior.js';
import type { Bottleneck } from './bottleneck.js';
import { gaussian, head } from './gaussian.js';
import { fromRows, toRows } from './positions.js';

/** Bounds of log σ², as in diffusers' DiagonalGaussianDistribution. */
const logVariances = [-30, 20] as const;

/**
 * A diagonal Gaussian q(z | x) whose latents have the positions of the encoder's output, and the prior N(0, I) (Rombach
 * et al. 2022, appendix G). Mean and log σ² are linear functions of the channels at each position, the same everywhere:
 * convolutions of one pixel. Parameters: `mean` and `logVariance`, each with `weight` [latent, channels], `bias`
 * [latent]. log σ² is held between −30 and 20.
 */
export const spatialGaussian: Bottleneck<Posterior> = {
  ...gaussian,
  type: 'spatialGaussian',
  encode(features, latent, scope, sources) {
    if (features.shape.length < 3) {
      throw new UserError(
        `The encoder's output is ${formatShape(features.shape)}, but latents with positions need ${formatShape(['batch', 'channels', '...positions'])}. End the encoder with a layer that gives them, such as conv2d.`,
      );
    }
    const [batch, , ...positions] = features.shape;
    const at = (name: string) =>
      head(name, features, latent, scope, sources, (layer, own) =>
        fromRows(layer.apply(toRows(features), own), [batch!, latent, ...positions]),
      );
    return { mean: at('mean'), logVariance: clip(at('logVariance'), ...logVariances) };
  },
};

import { mean, reshape, squeeze, unsqueeze, type Value, withGradient } from '../../graph/index.js';
import { codebook, codebookPath } from '../samplers/codebook.js';
import type { Bottleneck } from './bottleneck.js';
import {
  type CodebookOptions,
  learnt,
  nearest,
  requireChannels,
  shownQuantizer,
} from './codebook-learning.js';
import { fromRows, toRows } from './positions.js';

/** Features and their codes, all with the positions of the features. */
export interface Quantized {
  /** The encoder's output [batch, latent, ...positions]. */
  readonly features: Value;
  /** The nearest codes in its place; its gradient passes straight through to the features. */
  readonly z: Value;
  /** The codes by their numbers, int64 [batch, ...positions]. */
  readonly codes: Value;
  /** Use of each code, as a share of all positions: [codes]. */
  readonly usage: Value;
}

/**
 * The features of each position replaced by the nearest of a codebook's vectors (van den Oord et
 * al. 2017, eq. 1 and 2). States: `quantizer.codebook` [codes, latent], `quantizer.count` [codes].
 *
 * The prior is the codes' shares in the moving counts, each position by itself.
 */
export function vectorQuantized(options: CodebookOptions): Bottleneck<Quantized> {
  const { codes } = options;
  return {
    type: 'vectorQuantized',
    codes,
    encode(features, latent, outer, { observe }) {
      requireChannels(features, latent);
      const scope = outer.child(codebookPath);
      const vectors = scope.state('codebook', [codes, latent], 'lecunUniform');
      const count = scope.state('count', [codes], 'ones');
      const chosen = nearest(toRows(features), vectors.value);
      if (scope.training) {
        const present = { vectors: vectors.value, counts: unsqueeze(count.value, [0]) };
        const next = learnt([chosen], present, options, scope);
        vectors.update(next.vectors);
        count.update(squeeze(next.counts, [0]));
      }
      const quantized = fromRows(chosen.vectors, features.shape);
      const z = withGradient(quantized, [features], (gradient) => [gradient]);
      observe?.(codebookPath, shownQuantizer, z);
      return {
        features,
        z,
        codes: reshape(chosen.codes, [features.shape[0]!, ...features.shape.slice(2)]),
        usage: mean(chosen.oneHot, { axes: [0] }),
      };
    },
    point: ({ z }) => z,
    outputs: ({ z, codes: chosen }) => ({ z, codes: chosen }),
    describe: (shape) => {
      const positions = ['batch', ...shape.slice(1)].join(', ');
      return `z: float32 [batch, ${shape.join(', ')}]; codes: int64 [${positions}]`;
    },
    prior: codebook(),
  };
}

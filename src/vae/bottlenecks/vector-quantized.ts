import { UserError } from '../../base/errors.js';
import {
  add,
  argMin,
  cast,
  div,
  floor,
  formatShape,
  gather,
  gemm,
  less,
  maximum,
  mean,
  minimum,
  mul,
  oneHot,
  reshape,
  size,
  square,
  sub,
  sum,
  transpose,
  unsqueeze,
  type Value,
  where,
  withGradient,
} from '../../graph/index.js';
import { layer, type Scope } from '../../nn/index.js';
import { codebook, codebookPath } from '../samplers/codebook.js';
import type { Bottleneck } from './bottleneck.js';

/** Features and what they became, all with the positions of the features. */
export interface Quantized {
  /** The encoder's output [batch, latent, ...positions]. */
  readonly features: Value;
  /** The nearest codes in its place; its gradient passes straight through to the features. */
  readonly z: Value;
  /** Which codes they are, int64 [batch, ...positions]. */
  readonly codes: Value;
  /** How often each code was used, as a share of all positions: [codes]. */
  readonly usage: Value;
}

export interface VectorQuantizedOptions {
  /** How many codes. */
  readonly codes: number;
  /** How much of the moving averages a step keeps. */
  readonly decay: number;
  /** A code that is used less than this share of the mean is replaced; 0 never replaces. */
  readonly revive: number;
}

/** [batch, latent, ...positions] as rows [batch · positions, latent]. */
function toRows(x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  const last = transpose(x, [0, ...axes.slice(2), 1]);
  return reshape(last, [-1, x.shape[1]!]);
}

/** Rows back in the shape of `like`. */
function fromRows(rows: Value, like: Value): Value {
  const [batch, latent, ...positions] = like.shape;
  const rank = like.shape.length;
  const order = [0, rank - 1, ...positions.map((_, i) => i + 1)];
  return transpose(reshape(rows, [batch!, ...positions, latent!]), order);
}

/**
 * The codebook's moving averages after a batch, and dead codes moved to rows of the batch.
 *
 * N ← γN + (1 − γ)n, m ← γm + (1 − γ)Σ rows, code = m / N (van den Oord et al. 2017, appendix A.1).
 * The codebook itself is kept instead of m, which is code · N. A code whose N has fallen under
 * `revive` times the mean is replaced by a random row of the batch and given the mean N, as in
 * Jukebox (Dhariwal et al. 2020, §3.1, "random restarts").
 */
function updateCodebook(
  rows: Value,
  chosen: Value,
  codebook: Value,
  count: Value,
  { codes, decay, revive }: VectorQuantizedOptions,
  scope: Scope,
): { codebook: Value; count: Value } {
  const used = sum(chosen, { axes: [0] });
  const sums = gemm(chosen, rows, undefined, { transposeA: true });
  const column = (x: Value) => unsqueeze(x, [1]);
  const nextCount = add(mul(count, decay), mul(used, 1 - decay));
  const moments = add(mul(mul(codebook, column(count)), decay), mul(sums, 1 - decay));
  // A code that was never used keeps its place, also when its count underflows.
  const moved = div(moments, column(maximum(nextCount, tiny)));
  const nextCodebook = where(column(less(nextCount, tiny)), codebook, moved);
  if (revive === 0) return { codebook: nextCodebook, count: nextCount };
  const total = size(rows.shape[0]!);
  const places = minimum(floor(mul(scope.uniform([codes]), total)), sub(total, 1));
  const candidates = gather(rows, cast(places, 'int64'));
  const average = mean(nextCount);
  const dead = less(nextCount, mul(average, revive));
  return {
    codebook: where(column(dead), candidates, nextCodebook),
    count: where(dead, average, nextCount),
  };
}

/** Counts under this are taken for 0. */
const tiny = 1e-20;

/** The layer that summaries show in the place of the sampling layer. */
const shown = layer<Value>('vectorQuantizer', (x) => x);

/**
 * The features of each position replaced by the nearest of a codebook's vectors (van den Oord et
 * al. 2017, eq. 1 and 2). States: `quantizer.codebook` [codes, latent], `quantizer.count` [codes].
 *
 * The prior is the codes' shares in the moving counts, each position by itself.
 */
export function vectorQuantized(options: VectorQuantizedOptions): Bottleneck<Quantized> {
  const { codes } = options;
  return {
    type: 'vectorQuantized',
    codes,
    encode(features, latent, outer, { observe }) {
      if (features.shape.length < 2 || features.shape[1] !== latent) {
        throw new UserError(
          `The encoder's output is ${formatShape(features.shape)}, but vector quantization needs ${formatShape(['batch', latent, '...positions'])}, as many channels as latents. End the encoder with a layer that gives ${latent} channels.`,
        );
      }
      const scope = outer.child(codebookPath);
      const vectors = scope.state('codebook', [codes, latent], 'lecunUniform');
      const count = scope.state('count', [codes], 'ones');
      const rows = toRows(features);
      const lengths = sum(square(vectors.value), { axes: [1] });
      // The rows' own lengths are left out: they are the same for every code.
      const distances = sub(
        lengths,
        mul(gemm(rows, vectors.value, undefined, { transposeB: true }), 2),
      );
      const nearest = argMin(distances, 1);
      const chosen = oneHot(nearest, codes);
      if (scope.training) {
        const next = updateCodebook(rows, chosen, vectors.value, count.value, options, scope);
        vectors.update(next.codebook);
        count.update(next.count);
      }
      const quantized = fromRows(gather(vectors.value, nearest), features);
      const z = withGradient(quantized, [features], (gradient) => [gradient]);
      observe?.(codebookPath, shown, z);
      return {
        features,
        z,
        codes: reshape(nearest, [features.shape[0]!, ...features.shape.slice(2)]),
        usage: mean(chosen, { axes: [0] }),
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

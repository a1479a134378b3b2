import {
  add,
  broadcastLike,
  cast,
  floor,
  greater,
  less,
  mean,
  minimum,
  mul,
  reshape,
  slice,
  stack,
  sub,
  unsqueeze,
  type Value,
  where,
  withGradient,
} from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import { codebook, codebookPath } from '../samplers/codebook.js';
import type { Bottleneck } from './bottleneck.js';
import {
  type Chosen,
  type Codebook,
  type CodebookOptions,
  learnt,
  nearest,
  requireChannels,
  shownQuantizer,
} from './codebook-learning.js';
import { fromRows, toRows } from './positions.js';

/** Features and the codes that became of them, depth after depth. */
export interface ResiduallyQuantized {
  /** The encoder's output [batch, latent, ...positions]. */
  readonly features: Value;
  /** The sum of the codes' vectors; its gradient passes straight through to the features. */
  readonly z: Value;
  /** The sums of the first 1, 2, … vectors, each [batch, latent, ...positions]. */
  readonly partial: readonly Value[];
  /** Masks of the depths that an example has in this step: each [batch], 1 or 0; none where it has all. */
  readonly kept: readonly Value[] | undefined;
  /** The codes by their numbers, int64 [batch, depth, ...positions]. */
  readonly codes: Value;
  /** Use of each code at each depth, as a share of all positions: [depth, codes]. */
  readonly usage: Value;
}

export interface ResiduallyQuantizedOptions extends CodebookOptions {
  /** Number of codes that stand for a position. */
  readonly depth: number;
  /** True where all depths have one codebook. */
  readonly shared: boolean;
  /** The share of a step's examples that keep their first codes alone, of each number as likely. */
  readonly dropout: number;
}

/**
 * Draws how many codes examples keep: with probability `dropout` the first n, n being uniform from 1 to `depth`.
 * @returns for each depth, which examples have it: [batch], 1 or 0
 */
function keptDepths(
  batch: Value['shape'][number],
  { depth, dropout }: ResiduallyQuantizedOptions,
  scope: Scope,
): Value[] {
  const u = scope.child('dropout').uniform([batch]);
  const fewer = minimum(floor(mul(u, depth / dropout)), depth - 1);
  const last = where(less(u, dropout), fewer, depth - 1);
  return Array.from({ length: depth }, (_, d) => cast(greater(last, d - 0.5), 'float32'));
}

/** A number an example, [batch], at each of the positions of `like`, as rows [batch · positions, 1]. */
function asRows(x: Value, like: Value): Value {
  const inner = unsqueeze(
    x,
    like.shape.slice(1).map((_, i) => i + 1),
  );
  return toRows(broadcastLike(inner, slice(like, [{ axis: 1, end: 1 }])));
}

/** The part of a codebook's tensors that a depth uses. */
function ofDepth({ vectors, counts }: Codebook, d: number, options: ResiduallyQuantizedOptions) {
  const { codes, shared } = options;
  return {
    vectors: shared
      ? vectors
      : slice(vectors, [{ axis: 0, start: d * codes, end: (d + 1) * codes }]),
    counts: slice(counts, [{ axis: 0, start: d, end: d + 1 }]),
  };
}

/** The codebooks after a step. */
function allLearnt(
  chosen: readonly Chosen[],
  present: Codebook,
  options: ResiduallyQuantizedOptions,
  scope: Scope,
): Codebook {
  if (options.shared) return learnt(chosen, present, options, scope);
  const each = chosen.map((use, d) => learnt([use], ofDepth(present, d, options), options, scope));
  const { codes, depth } = options;
  const [{ vectors }] = each as [Codebook];
  return {
    vectors: reshape(stack(each.map((one) => one.vectors)), [depth * codes, vectors.shape[1]!]),
    counts: reshape(stack(each.map((one) => one.counts)), [depth, codes]),
  };
}

/**
 * The features of each position replaced by a sum of vectors: the nearest of a codebook, then the nearest to the
 * rest, and so on (Lee et al. 2022, eq. 3 and 4). States: `quantizer.codebook`, [depth · codes, latent], the depths one
 * after another, or [codes, latent] where it is shared; `quantizer.count` [depth, codes].
 *
 * The prior is the codes' shares in the moving counts, each position and depth by itself.
 */
export function residuallyQuantized(
  options: ResiduallyQuantizedOptions,
): Bottleneck<ResiduallyQuantized> {
  const { codes, depth, shared, dropout } = options;
  return {
    type: 'residuallyQuantized',
    codes,
    codebooks: shared ? 1 : depth,
    encode(features, latent, outer, { observe }) {
      requireChannels(features, latent);
      const scope = outer.child(codebookPath);
      const size = (shared ? 1 : depth) * codes;
      const vectors = scope.state('codebook', [size, latent], 'lecunUniform');
      const counts = scope.state('count', [depth, codes], 'ones');
      const present = { vectors: vectors.value, counts: counts.value };
      const [batch, , ...positions] = features.shape;
      const kept = scope.training && dropout > 0 ? keptDepths(batch!, options, scope) : undefined;
      const chosen: Chosen[] = [];
      const sums: Value[] = [];
      let rest = toRows(features);
      for (let d = 0; d < depth; d++) {
        const found = nearest(rest, ofDepth(present, d, options).vectors);
        const mask = kept && asRows(kept[d]!, features);
        const own = mask
          ? { ...found, vectors: mul(found.vectors, mask), oneHot: mul(found.oneHot, mask) }
          : found;
        chosen.push(own);
        sums.push(d === 0 ? own.vectors : add(sums[d - 1]!, own.vectors));
        rest = sub(rest, own.vectors);
      }
      if (scope.training) {
        const next = allLearnt(chosen, present, options, scope);
        vectors.update(next.vectors);
        counts.update(next.counts);
      }
      const partial = sums.map((rows) => fromRows(rows, features.shape));
      const z = withGradient(partial.at(-1)!, [features], (gradient) => [gradient]);
      observe?.(codebookPath, shownQuantizer, z);
      return {
        features,
        z,
        partial,
        kept,
        codes: stack(
          chosen.map((use) => reshape(use.codes, [batch!, ...positions])),
          1,
        ),
        usage: stack(chosen.map((use) => mean(use.oneHot, { axes: [0] }))),
      };
    },
    point: ({ z }) => z,
    outputs: ({ z, codes: chosen }) => ({ z, codes: chosen }),
    describe: (shape) => {
      const positions = ['batch', depth, ...shape.slice(1)].join(', ');
      return `z: float32 [batch, ${shape.join(', ')}]; codes: int64 [${positions}]`;
    },
    prior: codebook(),
  };
}

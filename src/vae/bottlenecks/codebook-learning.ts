import { UserError } from '../../base/errors.js';
import {
  add,
  argMin,
  concat,
  div,
  formatShape,
  gather,
  gemm,
  less,
  maximum,
  mean,
  mul,
  oneHot,
  reshape,
  square,
  sum,
  unsqueeze,
  type Value,
  where,
} from '../../graph/index.js';
import { layer, type Scope } from '../../nn/index.js';

/** Options for learning codebooks. */
export interface CodebookOptions {
  /** Number of codes. */
  readonly codes: number;
  /** Share of the moving averages that a step keeps. */
  readonly decay: number;
  /** A code that is used less than this share of the mean is replaced; 0 never replaces. */
  readonly revive: number;
}

/** Rows, and the codes that took their place. */
export interface Chosen {
  /** [rows, latent] */
  readonly rows: Value;
  /** int64 [rows] */
  readonly codes: Value;
  /** The same with one 1 a row: [rows, codes]. */
  readonly oneHot: Value;
  /** The codes' vectors, [rows, latent]. */
  readonly vectors: Value;
}

/** A codebook's vectors [codes, latent], and how often each is used by each of its uses [uses, codes]. */
export interface Codebook {
  readonly vectors: Value;
  readonly counts: Value;
}

/** The layer that summaries show in the place of the sampling layer. */
export const shownQuantizer = layer<Value>('vectorQuantizer', (x) => x);

/** @throws UserError when features have not as many channels as there are latents */
export function requireChannels(features: Value, latent: number): void {
  if (features.shape.length >= 2 && features.shape[1] === latent) return;
  throw new UserError(
    `The encoder's output is ${formatShape(features.shape)}, but vector quantization needs ${formatShape(['batch', latent, '...positions'])}, as many channels as latents. End the encoder with a layer that gives ${latent} channels.`,
  );
}

/** The vector of a codebook [codes, latent] that is nearest to each row (van den Oord et al. 2017, eq. 1 and 2). */
export function nearest(rows: Value, vectors: Value): Chosen {
  const lengths = sum(square(vectors), { axes: [1] });
  // The rows' own lengths are left out: they are the same for every code.
  const distances = gemm(rows, vectors, lengths, { transposeB: true, alpha: -2 });
  const codes = argMin(distances, 1);
  const size = vectors.shape[0] as number;
  return { rows, codes, oneHot: oneHot(codes, size), vectors: gather(vectors, codes) };
}

/** Counts under this are taken for 0. */
const tiny = 1e-20;

/**
 * The codebook's moving averages after a batch, and dead codes moved to rows of the batch.
 *
 * N ← γN + (1 − γ)n, m ← γm + (1 − γ)Σ rows, code = m / N (van den Oord et al. 2017, appendix A.1).
 * The codebook itself is kept instead of m, which is code · N. A code whose N has fallen under
 * `revive` times the mean is replaced by a random row of the batch and given the mean N, as in
 * Jukebox (Dhariwal et al. 2020, §3.1, "random restarts").
 * @param uses the choices that the codebook was used for, as many as it has rows of counts, whose sum is N; a row of
 *   `oneHot` that is 0 counts for nothing
 */
export function learnt(
  uses: readonly Chosen[],
  { vectors, counts }: Codebook,
  { codes, decay, revive }: CodebookOptions,
  scope: Scope,
): Codebook {
  const joined = (part: (use: Chosen) => Value) => concatRows(uses.map(part));
  const rows = joined((use) => use.rows);
  const used = concat(
    uses.map((use) => sum(use.oneHot, { axes: [0], keepDims: true })),
    0,
  );
  const sums = gemm(
    joined((use) => use.oneHot),
    rows,
    undefined,
    { transposeA: true },
  );
  const column = (x: Value) => unsqueeze(x, [1]);
  const total = (x: Value) => sum(x, { axes: [0] });
  const nextCounts = add(mul(counts, decay), mul(used, 1 - decay));
  const nextCount = total(nextCounts);
  const moments = add(mul(mul(vectors, column(total(counts))), decay), mul(sums, 1 - decay));
  // A code that was never used keeps its place, also when its count underflows.
  const moved = div(moments, column(maximum(nextCount, tiny)));
  const next = where(column(less(nextCount, tiny)), vectors, moved);
  if (revive === 0) return { vectors: next, counts: nextCounts };
  const candidates = scope.rowsAt(rows, scope.uniform([codes]));
  const average = mean(nextCount);
  const dead = less(nextCount, mul(average, revive));
  return {
    vectors: where(column(dead), candidates, next),
    counts: where(unsqueeze(dead, [0]), mul(average, 1 / uses.length), nextCounts),
  };
}

/** Rows [n, k] of several values, one after another. */
function concatRows(values: readonly Value[]): Value {
  if (values.length === 1) return values[0]!;
  // Stacked along an axis of known size, as the number of rows is not known.
  const [, width] = values[0]!.shape;
  return reshape(
    concat(
      values.map((value) => unsqueeze(value, [1])),
      1,
    ),
    [-1, width!],
  );
}

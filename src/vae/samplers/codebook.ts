import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { fillUniform } from '../../base/random.js';
import { elementCount } from '../../base/shape.js';
import { defineSampler, type Tensors } from './sampler.js';

/**
 * The path of a codebook's tensors: `codebook` [codes, latent], and their use `count` [codes]. With several codes a
 * position, `count` is [depth, codes], and `codebook` [depth · codes, latent], or [codes, latent] for all depths.
 */
export const codebookPath = 'quantizer';

/**
 * A codebook's vectors by their shares of use, each position by itself: the prior of models with a
 * codebook, unless another one is fitted (van den Oord et al. 2017, §3.3, takes it for uniform).
 */
export const codebook = defineSampler(
  'codebook',
  z.strictObject({}).describe("A codebook's vectors by their use, each position by itself."),
  () => ({
    draw(shape, { stream, parameters }) {
      const books = booksOf(parameters);
      const [n = 0, , ...rest] = shape;
      const positions = elementCount(rest);
      const cumulative = Array.from({ length: books.depth }, (_, depth) =>
        cumulate(books.counts.subarray(depth * books.codes, (depth + 1) * books.codes)),
      );
      const uniform = new Float32Array(n * books.depth * positions);
      fillUniform(stream, uniform);
      const codes = uniform.map((u, i) =>
        place(cumulative[Math.floor(i / positions) % books.depth]!, u),
      );
      return vectorsOf(books, codes, shape);
    },
  }),
);

/** Codebooks as the sampler of their codes needs them. */
export interface Codebooks {
  /** Number of codes that stand for a position. */
  readonly depth: number;
  /** Number of codes of one depth. */
  readonly codes: number;
  /** Vectors one after another, of each depth or of all. */
  readonly vectors: Float32Array;
  /** True where all depths have the same vectors. */
  readonly shared: boolean;
  /** Number of uses of each code, depth after depth. */
  readonly counts: Float32Array;
}

/** The codebooks of a model's tensors. @throws UserError for a model without */
export function booksOf(parameters: Tensors): Codebooks {
  const vectors = parameters[`${codebookPath}.codebook`];
  const counts = parameters[`${codebookPath}.count`];
  if (!vectors || !counts) {
    throw new UserError(
      'This sampler draws codes, and the model has no codebook. Choose another one, such as gaussian.',
    );
  }
  const codes = counts.dims.at(-1)!;
  return {
    depth: counts.dims.length === 1 ? 1 : counts.dims[0]!,
    codes,
    vectors: vectors.data as Float32Array,
    shared: vectors.dims[0] === codes,
    counts: counts.data as Float32Array,
  };
}

/**
 * The vectors that codes stand for, of several depths their sums.
 * @param chosen [N, depth, ...positions], one after another
 * @param shape of the vectors: [N, latent, ...positions]
 */
export function vectorsOf(
  { depth, codes, vectors, shared }: Codebooks,
  chosen: ArrayLike<number>,
  shape: readonly number[],
): Float32Array {
  const [, latent = 0, ...rest] = shape;
  const positions = elementCount(rest);
  const found = new Float32Array(elementCount(shape));
  for (let i = 0; i < chosen.length; i++) {
    const level = Math.floor(i / positions) % depth;
    const row = (shared ? 0 : level * codes) + chosen[i]!;
    const start = Math.floor(i / (depth * positions)) * latent * positions + (i % positions);
    for (let d = 0; d < latent; d++) found[start + d * positions]! += vectors[row * latent + d]!;
  }
  return found;
}

/** Running sums of counts, as shares of their total. */
function cumulate(counts: Float32Array): Float64Array {
  let total = 0;
  const sums = Float64Array.from(counts, (count) => {
    total += count;
    return total;
  });
  return sums.map((sum) => sum / total);
}

/** The first place whose running sum is over u. */
function place(cumulative: Float64Array, u: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > u) high = middle;
    else low = middle + 1;
  }
  return low;
}

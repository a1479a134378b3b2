import type { Tensor } from 'onnxruntime-common';
import { permutation, randomStream } from '../../base/random.js';
import { comparable, type Features, rowAt } from './features.js';

/** Options for estimating the kernel distance. */
export interface KernelDistanceOptions {
  /** Random subsets whose distances are averaged; 100 when left out. */
  readonly subsets?: number;
  /** Examples of a subset; 1000 when left out, or as many as there are. */
  readonly subsetSize?: number;
  /** Decides the subsets; 0 when left out. */
  readonly seed?: number;
}

/** A mean, with the standard deviation over subsets. */
export interface Estimate {
  readonly mean: number;
  readonly deviation: number;
}

/** The kernel (x · y / d + 1)³ of features. */
function kernel(x: Float32Array, y: Float32Array): number {
  let product = 0;
  for (let j = 0; j < x.length; j++) product += x[j]! * y[j]!;
  return (product / x.length + 1) ** 3;
}

/** The mean of the kernel over pairs of different rows of one set. */
function within(rows: readonly Float32Array[]): number {
  let sum = 0;
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < i; j++) sum += kernel(rows[i]!, rows[j]!);
  }
  return (2 * sum) / (rows.length * (rows.length - 1));
}

/** The mean of the kernel over pairs of rows of two sets. */
function between(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let sum = 0;
  for (const x of a) for (const y of b) sum += kernel(x, y);
  return sum / (a.length * b.length);
}

/**
 * The kernel distance of two sets of features: the unbiased estimate of the squared maximum mean discrepancy
 * with the kernel (x · y / d + 1)³, over random subsets (Bińkowski et al. 2018, §4,
 * https://arxiv.org/abs/1801.01401). It is the KID where the features are Inception's. It does not depend on
 * the number of examples, and may be a little under 0.
 * @param real float32 [N, features]
 * @param made float32 [M, features]
 * @throws UserError when there are fewer than two examples, or features differ in number
 */
export function kernelDistance(
  real: Tensor,
  made: Tensor,
  options: KernelDistanceOptions = {},
): Estimate {
  const sets = comparable([real, made], 2);
  const { subsets = 100, subsetSize = 1000, seed = 0 } = options;
  const size = Math.min(subsetSize, ...sets.map(({ count }) => count));
  const chosen = (set: Features, name: string, i: number) =>
    Array.from(permutation(randomStream(seed, name, i), set.count).subarray(0, size), (row) =>
      rowAt(set, row),
    );
  // All of both sets are the same each time.
  const isAll = sets.every(({ count }) => count === size);
  const distances = Array.from({ length: isAll ? 1 : subsets }, (_, i) => {
    const a = chosen(sets[0], 'real', i);
    const b = chosen(sets[1], 'made', i);
    return within(a) + within(b) - 2 * between(a, b);
  });
  const mean = distances.reduce((sum, each) => sum + each, 0) / distances.length;
  const squares = distances.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / distances.length) };
}

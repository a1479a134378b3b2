import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';

/** Directions in which points vary, the widest first. */
export interface PrincipalComponents {
  /** The points' mean, [latent]. */
  readonly mean: Float64Array;
  /** Unit vectors at right angles, each [latent]; the largest entry of each is positive. */
  readonly directions: readonly Float64Array[];
  /** The points' variance along each direction. */
  readonly variances: readonly number[];
}

/** @throws UserError when a tensor is not float32 [N, latent] */
export function checkPoints(points: Tensor, what: string): void {
  const { type, dims } = (points ?? {}) as Partial<Tensor>;
  if (type === 'float32' && dims?.length === 2 && dims[1] !== 0) return;
  const given = dims ? `${type} ${formatShape(dims)}` : 'no tensor';
  throw new UserError(`${what} are of points float32 [N, latent], not ${given}.`);
}

/**
 * Principal components of points, from the eigenvectors of their covariance (Pearson 1901,
 * https://doi.org/10.1080/14786440109462720). The library for it is loaded with the first call.
 * @param points float32 [N, latent]
 * @throws UserError when they are no such points, fewer than two, or not all finite
 */
export async function principalComponents(points: Tensor): Promise<PrincipalComponents> {
  checkPoints(points, 'Principal components');
  const [count = 0, width = 0] = points.dims;
  if (count < 2) throw new UserError('Principal components need two points or more.');
  const values = points.data as Float32Array;
  const mean = new Float64Array(width);
  for (let i = 0; i < values.length; i++) mean[i % width]! += values[i]! / count;
  const { EigenvalueDecomposition, Matrix } = await import('ml-matrix');
  const covariance = Matrix.zeros(width, width);
  const row = new Float64Array(width);
  for (let start = 0; start < values.length; start += width) {
    for (let i = 0; i < width; i++) row[i] = values[start + i]! - mean[i]!;
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) {
        covariance.set(i, j, covariance.get(i, j) + (row[i]! * row[j]!) / (count - 1));
      }
    }
  }
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < i; j++) covariance.set(j, i, covariance.get(i, j));
  }
  if (!Number.isFinite(covariance.sum())) {
    throw new UserError('Principal components need points that are all finite.');
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i);
  order.sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return {
    mean,
    directions: order.map((column) => facing(eigenvectorMatrix.getColumn(column))),
    // Rounding can bring the variance of a direction without points a little under 0.
    variances: order.map((column) => Math.max(0, realEigenvalues[column]!)),
  };
}

/** The direction or its opposite: the one whose largest entry is positive. */
function facing(direction: readonly number[]): Float64Array {
  const largest = direction.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return Float64Array.from(direction, (value) => (largest < 0 ? -value : value));
}

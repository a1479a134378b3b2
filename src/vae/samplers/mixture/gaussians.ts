import { UserError } from '../../../base/errors.js';

/** The entries of a component's covariance: all, or its diagonal alone. */
export type Covariance = 'full' | 'diagonal';

/** A mixture of k Gaussians in d dimensions, in float64. */
export interface Mixture {
  readonly covariance: Covariance;
  /** Their shares: [k]. */
  readonly weights: Float64Array;
  /** [k, d] */
  readonly means: Float64Array;
  /** Lower Cholesky factors of the covariances: [k, d, d], or for `diagonal` their diagonals [k, d]. */
  readonly factors: Float64Array;
}

const logTwoPi = Math.log(2 * Math.PI);

/** The numbers that one factor has. */
export const factorSize = (covariance: Covariance, width: number) =>
  covariance === 'full' ? width * width : width;

/** log weight − Σ log Lᵢᵢ − d/2 log 2π of each component. */
export function logScales({ covariance, weights, means, factors }: Mixture): Float64Array {
  const width = means.length / weights.length;
  const size = factorSize(covariance, width);
  const step = covariance === 'full' ? width + 1 : 1;
  return weights.map((weight, k) => {
    let log = Math.log(weight) - (width / 2) * logTwoPi;
    for (let i = 0; i < width; i++) log -= Math.log(factors[k * size + i * step]!);
    return log;
  });
}

/**
 * The squared Mahalanobis length of a component's difference from its mean, by substitution in
 * L y = difference.
 * @param differences from all means: [k, d]
 * @param y room for y
 */
export function squaredLength(
  { covariance, factors }: Mixture,
  component: number,
  differences: Float64Array,
  y: Float64Array,
): number {
  const width = y.length;
  const first = component * width;
  let total = 0;
  if (covariance === 'diagonal') {
    for (let i = first; i < first + width; i++) total += (differences[i]! / factors[i]!) ** 2;
    return total;
  }
  for (let i = 0; i < width; i++) {
    const start = (first + i) * width;
    let rest = differences[first + i]!;
    for (let j = 0; j < i; j++) rest -= factors[start + j]! * y[j]!;
    const value = rest / factors[start + i]!;
    y[i] = value;
    total += value * value;
  }
  return total;
}

/**
 * The lower Cholesky factor of a covariance, in its place; only the lower half is read.
 * @throws UserError when it has no positive determinant to machine precision
 */
export function factorize(matrix: Float64Array, start: number, width: number): void {
  for (let i = 0; i < width; i++) {
    const row = start + i * width;
    for (let j = 0; j <= i; j++) {
      const other = start + j * width;
      let rest = matrix[row + j]!;
      for (let m = 0; m < j; m++) rest -= matrix[row + m]! * matrix[other + m]!;
      if (j < i) matrix[row + j] = rest / matrix[other + j]!;
      else if (rest > 0) matrix[row + i] = Math.sqrt(rest);
      else {
        throw new UserError(
          "A component's covariance has no inverse. Give the sampler a greater jitter, or fewer components.",
        );
      }
    }
    matrix.fill(0, row + i + 1, row + width);
  }
}

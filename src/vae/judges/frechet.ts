import type { Matrix } from 'ml-matrix';
import type { Tensor } from 'onnxruntime-common';
import { comparable, type Features } from './features.js';

/** Loads the library of matrices, which programs that judge nothing do without. */
const loadMatrices = () => import('ml-matrix');

type Matrices = Awaited<ReturnType<typeof loadMatrices>>;

/** Means [features], and the covariance, whose sums are divided by N − 1. */
function momentsOf({ count, width, data }: Features, { Matrix }: Matrices) {
  const mean = new Float64Array(width);
  for (let i = 0; i < data.length; i++) mean[i % width]! += data[i]! / count;
  const covariance = Matrix.zeros(width, width);
  const centred = new Float64Array(width);
  const sums = new Float64Array(width * width);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) centred[j] = data[i * width + j]! - mean[j]!;
    for (let j = 0; j < width; j++) {
      const value = centred[j]!;
      for (let k = 0; k <= j; k++) sums[j * width + k]! += value * centred[k]!;
    }
  }
  for (let j = 0; j < width; j++) {
    for (let k = 0; k <= j; k++) {
      const value = sums[j * width + k]! / (count - 1);
      covariance.set(j, k, value);
      covariance.set(k, j, value);
    }
  }
  return { mean, covariance };
}

/** Rows less their mean, over √(N − 1): with their products they are the covariance. */
function centredOf({ count, width, data }: Features): readonly Float64Array[] {
  const mean = new Float64Array(width);
  for (let i = 0; i < data.length; i++) mean[i % width]! += data[i]! / count;
  const scale = 1 / Math.sqrt(count - 1);
  return Array.from({ length: count }, (_, i) =>
    mean.map((middle, j) => (data[i * width + j]! - middle) * scale),
  );
}

/**
 * tr (C₁ C₂)^½ where there are fewer examples than features: the sum of the singular values of the products of
 * centred rows, whose squares are the eigenvalues of a matrix no larger than the examples are many.
 */
function sharedOfRows(a: Features, b: Features, { Matrix, EigenvalueDecomposition }: Matrices) {
  const [fewer, more] = a.count < b.count ? [a, b] : [b, a];
  const product = new Matrix([...centredOf(fewer)]).mmul(
    new Matrix([...centredOf(more)]).transpose(),
  );
  const squares = product.mmul(product.transpose());
  const { realEigenvalues } = new EigenvalueDecomposition(squares, { assumeSymmetric: true });
  return rootsOf(realEigenvalues);
}

/** The sum of roots of numbers that are not negative but by rounding. */
const rootsOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);

/** tr (C₁ C₂)^½ by the matrices themselves. */
function sharedOfMatrices(a: Matrix, b: Matrix, matrices: Matrices): number {
  const root = rootOf(a, matrices);
  const both = root.mmul(b).mmul(root);
  return rootsOf(
    new matrices.EigenvalueDecomposition(both, { assumeSymmetric: true }).realEigenvalues,
  );
}

/** The symmetric root of a matrix that is symmetric and has no negative eigenvalue but by rounding. */
function rootOf(matrix: Matrix, { EigenvalueDecomposition, Matrix }: Matrices): Matrix {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const roots = Matrix.diag(realEigenvalues.map((value) => Math.sqrt(Math.max(0, value))));
  return eigenvectorMatrix.mmul(roots).mmul(eigenvectorMatrix.transpose());
}

/**
 * The Fréchet distance of two normal distributions with the means and covariances of two sets of features
 * (Heusel et al. 2017, eq. 6, https://arxiv.org/abs/1706.08500): ‖m₁ − m₂‖² + tr(C₁ + C₂ − 2 (C₁ C₂)^½). It
 * is the FID where the features come from Inception's last pooling; numbers of other features can be
 * compared with one another only. The fewer examples, the larger it is.
 * @param real float32 [N, features]
 * @param made float32 [M, features]
 * @throws UserError when there are fewer than two examples, or features differ in number
 */
export async function frechetDistance(real: Tensor, made: Tensor): Promise<number> {
  const sets = comparable([real, made], 2);
  const matrices = await loadMatrices();
  const a = momentsOf(sets[0], matrices);
  const b = momentsOf(sets[1], matrices);
  const apart = a.mean.reduce((sum, value, j) => sum + (value - b.mean[j]!) ** 2, 0);
  const isWide = Math.min(sets[0].count, sets[1].count) < sets[0].width;
  const shared = isWide
    ? sharedOfRows(...sets, matrices)
    : sharedOfMatrices(a.covariance, b.covariance, matrices);
  return apart + a.covariance.trace() + b.covariance.trace() - 2 * shared;
}

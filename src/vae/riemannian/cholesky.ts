import {
  add,
  broadcastLike,
  concat,
  constant,
  div,
  log,
  matmul,
  mul,
  negate,
  reshape,
  slice,
  sqrt,
  squeeze,
  stopGradient,
  sub,
  transpose,
  type Value,
  withGradient,
} from '../../graph/index.js';

/** A Cholesky factor C of matrices A = C Cᵀ, an entry a column: column j of A, less the columns before. */
export interface CholeskyFactor {
  /** Cⱼⱼ², [n, 1, 1] each. */
  readonly pivots: readonly Value[];
  /** Cᵢⱼ Cⱼⱼ for i > j, [n, d − 1 − j, 1] each; none for the last column. */
  readonly below: readonly Value[];
}

/** The part of matrices from a row and a column on, to before others. */
const part = (a: Value, rows: readonly [number, number?], columns: readonly [number, number?]) =>
  slice(a, [
    { axis: 1, start: rows[0], ...(rows[1] === undefined ? {} : { end: rows[1] }) },
    { axis: 2, start: columns[0], ...(columns[1] === undefined ? {} : { end: columns[1] }) },
  ]);

/**
 * The Cholesky factor of symmetric positive definite matrices, column by column (Golub and Van Loan, "Matrix
 * Computations", 2013, algorithm 4.2.2). ONNX has no operator for it, so the program grows with d.
 * @param a [n, d, d]
 */
export function cholesky(a: Value): CholeskyFactor {
  const size = a.shape[1] as number;
  const [pivots, below]: [Value[], Value[]] = [[], []];
  let rest = a;
  for (let j = 0; j < size; j++) {
    const pivot = part(rest, [0, 1], [0, 1]);
    pivots.push(pivot);
    if (j + 1 === size) break;
    const column = part(rest, [1], [0, 1]);
    below.push(column);
    const outer = matmul(column, transposed(column));
    rest = sub(part(rest, [1], [1]), div(outer, pivot));
  }
  return { pivots, below };
}

const transposed = (a: Value) => transpose(a, [0, 2, 1]);

/** x with Cᵀ x = y: of the covariance A⁻¹ where y is of I. @param y [n or 1, d, columns] */
export function solveTransposed({ pivots, below }: CholeskyFactor, y: Value): Value {
  let x: Value | undefined;
  for (let j = pivots.length - 1; j >= 0; j--) {
    const root = sqrt(pivots[j]!);
    const own = slice(y, [{ axis: 1, start: j, end: j + 1 }]);
    const others = x && div(matmul(transposed(below[j]!), x), root);
    const solved = div(others ? sub(own, others) : own, root);
    x = x ? concat([solved, x], 1) : solved;
  }
  return x!;
}

/** The inverse of matrices, and the logarithm of their determinant. */
export interface Inverted {
  /** A⁻¹: [n, d, d]. */
  readonly inverse: Value;
  /** log |A|: [n]. */
  readonly logDet: Value;
}

/**
 * Inverse and determinant of symmetric positive definite matrices, by the Cholesky factor. Their derivatives are closed forms of the
 * inverse, ∂ log |A| = tr(A⁻¹ ∂A) and ∂A⁻¹ = −A⁻¹ ∂A A⁻¹ (Petersen and Pedersen, "The Matrix Cookbook", 2012, eq. 43 and
 * 40), so the factor's many steps are not differentiated.
 * @param a [n, d, d]
 */
export function inverted(a: Value): Inverted {
  const size = a.shape[1] as number;
  const factor = cholesky(stopGradient(a));
  const identity = Float32Array.from({ length: size * size }, (_, i) => +(i % (size + 1) === 0));
  const root = solveTransposed(factor, constant(identity, [1, size, size], a.dtype));
  const inverse: Value = withGradient(matmul(root, transposed(root)), [a], (g) => [
    negate(matmul(inverse, matmul(broadcastLike(g, inverse), inverse))),
  ]);
  const logPivots = factor.pivots.map((pivot) => log(pivot)).reduce((x, y) => add(x, y));
  const logDet = withGradient(squeeze(logPivots, [1, 2]), [a], (g) => [
    mul(reshape(g, [-1, 1, 1]), inverse),
  ]);
  return { inverse, logDet };
}

import {
  add,
  concat,
  div,
  log,
  matmul,
  mul,
  slice,
  sqrt,
  squeeze,
  sub,
  sum,
  transpose,
  unsqueeze,
  type Value,
} from '../../graph/index.js';

/** A Cholesky factor C of matrices A = C Cᵀ, a column an entry; A is what is left of it at each column. */
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
    const outer = matmul(column, transpose(column, [0, 2, 1]));
    rest = sub(part(rest, [1], [1]), div(outer, pivot));
  }
  return { pivots, below };
}

/** log |A|: [n]. */
export function logDeterminant({ pivots }: CholeskyFactor): Value {
  return squeeze(
    pivots.map((pivot) => log(pivot)).reduce((a, b) => add(a, b)),
    [1, 2],
  );
}

/** x with Cᵀ x = y: of the covariance A⁻¹ where y is of I. @param y [n, d] */
export function solveTransposed({ pivots, below }: CholeskyFactor, y: Value): Value {
  let x: Value | undefined;
  for (let j = pivots.length - 1; j >= 0; j--) {
    const root = sqrt(pivots[j]!);
    const own = unsqueeze(slice(y, [{ axis: 1, start: j, end: j + 1 }]), [2]);
    const others = x && div(sum(mul(below[j]!, x), { axes: [1], keepDims: true }), root);
    const solved = div(others ? sub(own, others) : own, root);
    x = x ? concat([solved, x], 1) : solved;
  }
  return squeeze(x!, [2]);
}

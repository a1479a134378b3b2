import { UserError } from '../../base/errors.js';
import {
  apply,
  attributeHolds,
  broadcastShapes,
  type Dimension,
  formatShape,
  requireDType,
  requireSameDType,
  sameShape,
  type Value,
} from '../value.js';
import { add, mul } from './elementwise.js';

function fit(a: Dimension, b: Dimension, left: Value, right: Value, what: string): void {
  requireSameDType(left, right, what);
  if (a !== b) {
    throw new UserError(
      `${what}: shapes ${formatShape(left.shape)} and ${formatShape(right.shape)} do not fit: ${a} against ${b}.`,
    );
  }
}

/** The product of matrices in the last two axes, [..., n, k] · [..., k, m]; the rest broadcasts. */
export function matmul(a: Value, b: Value): Value {
  if (a.shape.length < 2 || b.shape.length < 2) {
    throw new UserError(
      `matmul takes matrices, not shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}. Use reshape() first.`,
    );
  }
  requireDType(a, 'numbers', 'matmul');
  fit(a.shape.at(-1)!, b.shape.at(-2)!, a, b, 'matmul');
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'matmul');
  return apply('MatMul', [a, b], {
    dtype: a.dtype,
    shape: [...batch, a.shape.at(-2)!, b.shape.at(-1)!],
  });
}

export interface GemmOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** The factor of the product; 1 when left out. */
  readonly alpha?: number;
}

/**
 * alpha · a · b + c for two matrices, either of them transposed first.
 * @param a [n, k], or [k, n] with `transposeA`
 * @param b [k, m], or [m, k] with `transposeB`
 * @param c broadcast to [n, m]
 */
export function gemm(a: Value, b: Value, c?: Value, options: GemmOptions = {}): Value {
  if (a.shape.length !== 2 || b.shape.length !== 2) {
    throw new UserError(
      `gemm takes matrices, not shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}. Use reshape() first.`,
    );
  }
  const [transA, transB] = [options.transposeA ? 1 : 0, options.transposeB ? 1 : 0];
  requireDType(a, 'floating-point values', 'gemm');
  fit(a.shape[1 - transA]!, b.shape[transB]!, a, b, 'gemm');
  const shape = [a.shape[transA]!, b.shape[1 - transB]!];
  if (c) {
    requireSameDType(a, c, 'gemm');
    if (!sameShape(broadcastShapes(shape, c.shape, 'gemm'), shape)) {
      throw new UserError(
        `gemm: c of shape ${formatShape(c.shape)} does not broadcast to ${formatShape(shape)}.`,
      );
    }
  }
  const { alpha = 1 } = options;
  if (!attributeHolds(alpha, a.dtype)) {
    const scaled = mul(gemm(a, b, undefined, { ...options, alpha: 1 }), alpha);
    return c ? add(scaled, c) : scaled;
  }
  return apply(
    'Gemm',
    c ? [a, b, c] : [a, b],
    { dtype: a.dtype, shape },
    { transA, transB, ...(alpha === 1 ? {} : { alpha: { float: alpha } }) },
  );
}

import { type GemmOptions, gemm, matmul, transpose } from '../../operators/index.js';
import type { FloatAttribute, Value } from '../../value.js';
import { type Derivative, type Derivatives, type Pair, sumTo, whole } from './derivative.js';

/** The matrix transpose of the last two axes. */
const flip = (x: Value) =>
  transpose(x, [
    ...Array.from({ length: x.shape.length - 2 }, (_, axis) => axis),
    x.shape.length - 1,
    x.shape.length - 2,
  ]);

const gemmDerivative: Derivative = (g, { inputs, attributes }, y) => {
  const [a, b, c] = inputs as [Value, Value, Value | undefined];
  const [transposeA, transposeB] = [attributes.transA === 1, attributes.transB === 1];
  const alpha = (attributes.alpha as FloatAttribute | undefined)?.float ?? 1;
  const dy = whole(g, y);
  const product = (left: Value, right: Value, options: GemmOptions) =>
    gemm(left, right, undefined, { ...options, alpha });
  return [
    transposeA
      ? product(b, dy, { transposeA: transposeB, transposeB: true })
      : product(dy, b, { transposeB: !transposeB }),
    transposeB
      ? product(dy, a, { transposeA: true, transposeB: transposeA })
      : product(a, dy, { transposeA: !transposeA }),
    c && sumTo(g, c.shape, y.shape),
  ];
};

/** Derivatives of products of matrices. */
export const matrixDerivatives: Derivatives = {
  MatMul: (g, { inputs }, y) => {
    const [a, b] = inputs as Pair;
    const dy = whole(g, y);
    const batched = (x: Value) => [...y.shape.slice(0, -2), ...x.shape.slice(-2)];
    return [
      sumTo(matmul(dy, flip(b)), a.shape, batched(a)),
      sumTo(matmul(flip(a), dy), b.shape, batched(b)),
    ];
  },
  Gemm: gemmDerivative,
};

import { mul } from '../operators/index.js';
import { attributeHolds, type Operation, type Shape, scalarOf, Value } from '../value.js';
import {
  type Factor,
  fewColumns,
  flipped,
  type Product,
  productOf,
  scaled,
  sizeOf,
  usualBatch,
  write,
} from './factors.js';
import { reshape, transpose } from './folded.js';
import { withOffsetRow } from './joins.js';
import type { Rule, Rules } from './rewrite.js';

/** The product that a value is used in has flags for transposes. */
function untransposed({ x, transposed }: Factor): Factor {
  return x.operation.type === 'Transpose'
    ? untransposed({ x: x.operation.inputs[0]!, transposed: !transposed })
    : { x, transposed };
}

/** Below this many elements of the first factor one more node costs more than columns. */
const thinSize = 256;

const isThin = (a: Factor, [rows, columns]: Shape) =>
  typeof columns === 'number' &&
  columns > 1 &&
  columns <= fewColumns &&
  (Number(rows) || usualBatch) > 2 * columns &&
  sizeOf(a.x.shape) >= thinSize;

/** A value that broadcasts to [n, m], turned so that it broadcasts to [m, n]. */
function turned(c: Value): Value {
  if (c.shape.length === 0) return c;
  return c.shape.length === 1 ? reshape(c, [c.shape[0]!, 1]) : transpose(c);
}

function fastest(product: Product, shape: Shape, scales: readonly Value[]): Value {
  const { a, b, c } = product;
  const scaledBy = (y: Value) => scales.reduce((value, scale) => mul(value, scale), y);
  if (!isThin(a, shape)) return scaledBy(write(withOffsetRow(product)));
  return transpose(
    scaledBy(write({ ...product, a: flipped(b), b: flipped(a), c: c && turned(c) })),
  );
}

/**
 * Transposes of factors become flags, numbers become alpha, a scale goes to the smallest of factor
 * and product, and thin products are turned.
 */
const product: Rule = (operation) => {
  const given = productOf(operation)!;
  const { shape } = operation.outputs[0]!;
  let { alpha } = given;
  const scales: Value[] = [];
  const factor = (before: Factor): Factor => {
    const plain = untransposed(before);
    const parts = scaled(plain.x);
    if (!parts) return plain;
    const number = scalarOf(parts.scale);
    if (number !== undefined && attributeHolds(alpha * number, plain.x.dtype)) alpha *= number;
    else if (!given.c && sizeOf(shape) < sizeOf(parts.x.shape)) scales.push(parts.scale);
    else return plain;
    return factor({ x: parts.x, transposed: plain.transposed });
  };
  const [a, b] = [factor(given.a), factor(given.b)];
  return [fastest({ a, b, c: given.c, alpha }, shape, scales)];
};

/** Σ (s · x) = s · Σ x */
const sumOfScaled: Rule = (operation) => {
  const [x, axes] = operation.inputs as [Value, Value | undefined];
  const parts = scaled(x);
  if (!parts) return undefined;
  const inner: Operation = { ...operation, inputs: [parts.x, axes] };
  return [mul(new Value(inner), parts.scale)];
};

/** Products of matrices in the form that the runtime is fastest at, and scales out of their way. */
export const productRules: Rules = { Gemm: product, ReduceSum: sumOfScaled };

import { gemm } from '../operators/index.js';
import type { FloatAttribute, Operation, Shape, Value } from '../value.js';

/** The size that a symbolic dimension counts as where sizes are compared. */
export const usualBatch = 64;

/**
 * Products with as few columns as this take two to three times as long as the transposed ones with
 * as few rows, since the runtime works on 16 columns at a time.
 */
export const fewColumns = 4;

/** About how many elements a shape holds. */
export const sizeOf = (shape: Shape) =>
  shape.reduce<number>((product, size) => product * (Number(size) || usualBatch), 1);

export const isSame = (a: Value | undefined, b: Value | undefined) =>
  a?.operation === b?.operation && a?.index === b?.index;

/** x · scale taken apart, for a scalar scale. */
export function scaled(value: Value): { x: Value; scale: Value } | undefined {
  const { type, inputs } = value.operation;
  if (type !== 'Mul') return undefined;
  const [a, b] = inputs as [Value, Value];
  if (b.shape.length === 0) return { x: a, scale: b };
  return a.shape.length === 0 ? { x: b, scale: a } : undefined;
}

/** One factor of a product of matrices. */
export interface Factor {
  readonly x: Value;
  readonly transposed: boolean;
}

export const flipped = ({ x, transposed }: Factor): Factor => ({ x, transposed: !transposed });

/** alpha · a · b + c */
export interface Product {
  readonly a: Factor;
  readonly b: Factor;
  readonly c: Value | undefined;
  readonly alpha: number;
}

/** The product that an operation is. */
export function productOf({ type, inputs, attributes }: Operation): Product | undefined {
  if (type !== 'Gemm') return undefined;
  const [a, b, c] = inputs as [Value, Value, Value | undefined];
  return {
    a: { x: a, transposed: attributes.transA === 1 },
    b: { x: b, transposed: attributes.transB === 1 },
    c,
    alpha: (attributes.alpha as FloatAttribute | undefined)?.float ?? 1,
  };
}

export function write({ a, b, c, alpha }: Product): Value {
  return gemm(a.x, b.x, c, { transposeA: a.transposed, transposeB: b.transposed, alpha });
}

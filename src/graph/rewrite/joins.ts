import { concat, full, mul, sum } from '../operators/index.js';
import type { Value } from '../value.js';
import {
  type Factor,
  fewColumns,
  flipped,
  isSame,
  type Product,
  productOf,
  scaled,
  write,
} from './factors.js';
import { reshape } from './folded.js';
import type { Rule, Rules } from './rewrite.js';
import { elementsOf, joined, type Span, spanOf } from './spans.js';

/*
 * Small products that share a factor, sums beside them, and their neighbours in the vector of small
 * parameters become one: for so few numbers a node costs more than its arithmetic.
 */

/** The most columns of matrices put side by side; copies of larger ones cost more than nodes. */
const mostColumns = 64;

/** A factor's columns, where they are few enough. */
function columnsOf({ x, transposed }: Factor): number | undefined {
  const columns = x.shape[transposed ? 0 : 1];
  return typeof columns === 'number' && columns <= mostColumns ? columns : undefined;
}

/** Columns side by side, for factors that are equally transposed. */
function sideBySide(left: Factor, right: Factor): Factor {
  const axis = left.transposed ? 0 : 1;
  const columnsIn = ({ x }: Factor) => {
    const { type, attributes, inputs } = x.operation;
    return type === 'Concat' && attributes.axis === axis ? (inputs as Value[]) : [x];
  };
  const x = concat([...columnsIn(left), ...columnsIn(right)], axis);
  return { x, transposed: left.transposed };
}

/** A factor with a column of ones. */
function withOnes({ x, transposed }: Factor): Factor {
  const shape = transposed ? [1, x.shape[1]!] : [x.shape[0]!, 1];
  return sideBySide({ x, transposed }, { x: full(1, shape, x.dtype), transposed });
}

const sameFactor = (a: Factor, b: Factor) => isSame(a.x, b.x) && a.transposed === b.transposed;

/**
 * a · b + c as [a, 1] · [b; c], where b is few rows and c the row after them in one vector: the
 * runtime copies c to each row of the product before it adds to it.
 */
export function withOffsetRow(product: Product): Product {
  const { a, b, c, alpha } = product;
  if (!c || b.transposed || alpha !== 1 || (b.x.shape[0] as number) > fewColumns) return product;
  const span = joined(spanOf(b.x), spanOf(c));
  const [rows, columns] = b.x.shape as readonly [number, number];
  if (!span || c.shape.at(-1) !== columns || span.end - span.start !== (rows + 1) * columns) {
    return product;
  }
  const whole = { x: elementsOf(span, [rows + 1, columns]), transposed: false };
  return { a: withOnes(a), b: whole, c: undefined, alpha };
}

/** A segment of a vector, with all that is known of how it is made. */
interface Segment {
  readonly value: Value;
  readonly scale: Value | undefined;
  readonly product: Product | undefined;
  /** The matrix that the segment is the sum of, over its first axis. */
  readonly summed: Value | undefined;
  readonly span: Span | undefined;
}

function sumOver(value: Value): Value | undefined {
  const { type, inputs, attributes } = value.operation;
  const axes = inputs[1]?.operation.numbers;
  const isFirst = type === 'ReduceSum' && axes?.length === 1 && Number(axes[0]) === 0;
  return isFirst && attributes.keepdims === 0 && inputs[0]!.shape.length === 2
    ? inputs[0]
    : undefined;
}

function segmentOf(value: Value): Segment {
  const { type, inputs } = value.operation;
  const made = type === 'Reshape' ? inputs[0]! : value;
  const { x, scale } = scaled(made) ?? { x: made, scale: undefined };
  return {
    value,
    scale,
    product: productOf(x.operation),
    summed: sumOver(x),
    span: scale ? undefined : spanOf(value),
  };
}

/** a · b with one column more or less of a is one row more or less of the product. */
const rowsOf = (product: Product, a: Factor) => write({ ...product, a });

/** The gradients of two neighbours as one, or undefined. */
function together(first: Segment, second: Segment): Value | undefined {
  if (!isSame(first.scale, second.scale)) return undefined;
  const span = joined(first.span, second.span);
  if (span) return elementsOf(span, [span.end - span.start]);
  const made = joint(first, second);
  return made && reshape(first.scale ? mul(made, first.scale) : made, [-1]);
}

function joint(first: Segment, second: Segment): Value | undefined {
  const p = first.product;
  if (p && (p.c || columnsOf(flipped(p.a)) === undefined)) return undefined;
  // aᵀ · d over Σ d
  if (p && second.summed) {
    const isFew = columnsOf(flipped(p.a))! <= fewColumns;
    return isFew && p.alpha === 1 && sameFactor(p.b, { x: second.summed, transposed: false })
      ? rowsOf(p, flipped(withOnes(flipped(p.a))))
      : undefined;
  }
  const q = second.product;
  if (p && q) {
    const fits = !q.c && p.alpha === q.alpha && p.a.transposed === q.a.transposed;
    return fits && columnsOf(flipped(q.a)) !== undefined && sameFactor(p.b, q.b)
      ? rowsOf(p, flipped(sideBySide(flipped(p.a), flipped(q.a))))
      : undefined;
  }
  if (!first.summed || !second.summed) return undefined;
  const [left, right] = [first.summed, second.summed].map((x) => ({ x, transposed: false }));
  const isFew = columnsOf(left!) !== undefined && columnsOf(right!) !== undefined;
  const fits = left!.x.shape[0] === right!.x.shape[0];
  return isFew && fits ? sum(sideBySide(left!, right!).x, { axes: [0] }) : undefined;
}

/** Neighbours in a vector that can be made at once. */
const vector: Rule = ({ inputs, attributes, outputs }) => {
  if (attributes.axis !== 0 || outputs[0]!.shape.length !== 1) return undefined;
  const segments: Segment[] = [];
  for (const value of inputs) {
    const segment = segmentOf(value!);
    const last = segments.at(-1);
    const both = last && together(last, segment);
    if (both) segments[segments.length - 1] = segmentOf(both);
    else segments.push(segment);
  }
  if (segments.length === inputs.length) return undefined;
  const values = segments.map(({ value }) => value);
  return [concat(values, 0)];
};

/** a · b + c · d = [a, c] · [b; d], where d follows b in one vector. */
const sumOfProducts: Rule = ({ inputs }) => {
  const [p, q] = inputs.map((value) => productOf(value!.operation));
  if (!p || !q || p.c || q.c || p.alpha !== q.alpha) return undefined;
  if (p.a.transposed !== q.a.transposed || p.b.transposed || q.b.transposed) return undefined;
  if (columnsOf(p.a) === undefined || columnsOf(q.a) === undefined) return undefined;
  const join = (first: Product, second: Product) => {
    const span = joined(spanOf(first.b.x), spanOf(second.b.x));
    const columns = first.b.x.shape[1] as number;
    if (!span || second.b.x.shape[1] !== columns) return undefined;
    const b = {
      x: elementsOf(span, [(span.end - span.start) / columns, columns]),
      transposed: false,
    };
    return write({ ...first, a: sideBySide(first.a, second.a), b });
  };
  const both = join(p, q) ?? join(q, p);
  return both && [both];
};

export const joinRules: Rules = { Concat: vector, Add: sumOfProducts };

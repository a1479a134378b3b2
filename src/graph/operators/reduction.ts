import {
  apply,
  constant,
  normalizeAxis,
  requireDType,
  type Shape,
  size,
  staticShape,
  type Value,
} from '../value.js';
import {
  add,
  clip,
  div,
  equal,
  exp,
  log,
  mul,
  reciprocal,
  stopGradient,
  sub,
  where,
  withGradient,
} from './elementwise.js';
import { flatten, reshape, squeeze } from './shape.js';

export interface ReductionOptions {
  /** Axes to reduce, negative ones from the end; all when left out. */
  readonly axes?: readonly number[];
  /** Keep each reduced axis with size 1. */
  readonly keepDims?: boolean;
}

/** The axes a reduction is over, in order. */
export function reducedAxes(x: Value, axes: readonly number[] | undefined, what: string): number[] {
  const rank = x.shape.length;
  if (!axes) return Array.from({ length: rank }, (_, axis) => axis);
  return [...new Set(axes.map((axis) => normalizeAxis(axis, rank, what)))].sort((a, b) => a - b);
}

function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  return keepDims
    ? shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension))
    : shape.filter((_, axis) => !axes.includes(axis));
}

function reduction(type: string, axesAreInput: boolean) {
  return (x: Value, options: ReductionOptions = {}): Value => {
    requireDType(x, 'numbers', type);
    const axes = reducedAxes(x, options.axes, type);
    if (axes.length === 0) return x;
    const keepDims = options.keepDims ?? false;
    const output = { dtype: x.dtype, shape: reducedShape(x.shape, axes, keepDims) };
    const keepdims = keepDims ? 1 : 0;
    return axesAreInput
      ? apply(type, [x, constant(axes, [axes.length], 'int64')], output, { keepdims })
      : apply(type, [x], output, { axes, keepdims });
  };
}

export const sum = reduction('ReduceSum', true);
/** The largest along the axes; equal ones share the gradient. */
export const max = reduction('ReduceMax', true);
/** The smallest along the axes; equal ones share the gradient. */
export const min = reduction('ReduceMin', true);
/** The product along the axes; the derivative of its derivative needs values other than 0. */
export const prod = reduction('ReduceProd', true);

/** Counts the elements that the axes hold, as a scalar of `dtype`. */
export function axesSize(x: Value, axes: readonly number[]): Value {
  return axes.reduce(
    (product, axis) => mul(product, size(x.shape[axis]!, x.dtype)),
    constant(1, [], x.dtype),
  );
}

/** The mean along the axes. */
export function mean(x: Value, options: ReductionOptions = {}): Value {
  requireDType(x, 'floating-point values', 'mean');
  const axes = reducedAxes(x, options.axes, 'mean');
  if (axes.length === 0) return x;
  const share = reciprocalOf(axesSize(x, axes));
  return mul(sum(x, options), share);
}

function reciprocalOf(count: Value): Value {
  return count.operation.type === 'Constant' ? div(1, count) : reciprocal(count);
}

/** The mean squared distance from the mean (divided by n, not n − 1). */
export function variance(x: Value, options: ReductionOptions = {}): Value {
  const centred = sub(x, mean(x, { ...options, keepDims: true }));
  return mean(mul(centred, centred), options);
}

const largest = { float32: 2 ** 128 - 2 ** 104, float64: Number.MAX_VALUE };

/** log Σ exp(x) along the axes, safe for large x; −∞ where all are, with the derivative 0. */
export function logSumExp(x: Value, options: ReductionOptions = {}): Value {
  requireDType(x, 'floating-point values', 'logSumExp');
  const axes = reducedAxes(x, options.axes, 'logSumExp');
  const most = largest[x.dtype as 'float32' | 'float64'];
  // An infinite peak would be taken from itself.
  const peak = stopGradient(clip(max(x, { axes, keepDims: true }), -most, most));
  const powers = exp(sub(x, peak));
  const total = sum(powers, { axes, keepDims: true });
  const kept = withGradient(add(log(total), peak), [x], (gradient) => [
    mul(powers, div(gradient, where(equal(total, 0), 1, total))),
  ]);
  return options.keepDims ? kept : squeeze(kept, axes);
}

/** Products of this many values of at least ½ stay normal float32 numbers. */
const longestProduct = 120;

/**
 * Σ log x over all axes but the first, for values in [½, 1]: the logarithms of products of groups
 * of values, since a product takes a fraction of a logarithm's time.
 * @param x [n, ...], static but for n
 * @returns [n]
 */
export function sumLogOfHalfToOne(x: Value): Value {
  const rows = flatten(x);
  const width = staticShape(rows.shape.slice(1), 'sumLogOfHalfToOne')[0]!;
  let group = Math.min(longestProduct, width);
  while (width % group !== 0) group--;
  const products = prod(reshape(rows, [x.shape[0]!, width / group, group]), { axes: [2] });
  return sum(log(products), { axes: [1] });
}

/** exp(x) / Σ exp(x) along one axis. */
export function softmax(x: Value, axis = -1): Value {
  requireDType(x, 'floating-point values', 'softmax');
  return apply('Softmax', [x], x, { axis: normalizeAxis(axis, x.shape.length, 'softmax') });
}

/** log softmax(x) along one axis. */
export function logSoftmax(x: Value, axis = -1): Value {
  requireDType(x, 'floating-point values', 'logSoftmax');
  return apply('LogSoftmax', [x], x, { axis: normalizeAxis(axis, x.shape.length, 'logSoftmax') });
}

/** The running sum along one axis. */
export function cumulativeSum(x: Value, axis: number, options: { reverse?: boolean } = {}): Value {
  requireDType(x, 'numbers', 'cumulativeSum');
  const normal = normalizeAxis(axis, x.shape.length, 'cumulativeSum');
  return apply('CumSum', [x, constant(normal, [], 'int64')], x, {
    reverse: options.reverse ? 1 : 0,
  });
}

function argument(type: string) {
  return (x: Value, axis: number): Value => {
    requireDType(x, 'numbers', type);
    const normal = normalizeAxis(axis, x.shape.length, type);
    const shape = reducedShape(x.shape, [normal], false);
    return apply(type, [x], { dtype: 'int64', shape }, { axis: normal, keepdims: 0 });
  };
}

/** The index (int64) of the largest element along the axis; the first of equals. */
export const argMax = argument('ArgMax');
/** The index (int64) of the smallest element along the axis; the first of equals. */
export const argMin = argument('ArgMin');

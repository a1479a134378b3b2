import { UserError } from '../../base/errors.js';
import {
  apply,
  applyMany,
  broadcastShapes,
  constant,
  type Dimension,
  type DType,
  formatShape,
  measure,
  normalizeAxes,
  normalizeAxis,
  requireDType,
  requireSameDType,
  type Shape,
  sameShape,
  size,
  type Value,
} from '../value.js';
import { cast, equal } from './elementwise.js';

const indices = (list: readonly number[]) => constant(list, [list.length], 'int64');

/** The symbols without the taken ones; one that is taken once goes once. */
function without(symbols: readonly string[], taken: readonly string[]): string[] {
  const left = [...symbols];
  for (const symbol of taken) {
    const place = left.indexOf(symbol);
    if (place >= 0) left.splice(place, 1);
  }
  return left;
}

/**
 * The same elements in another shape.
 * @param shape may hold one −1, whose size follows from the others
 * @throws UserError when the shapes do not hold equally many elements
 */
export function reshape(x: Value, shape: Shape): Value {
  const from = measure(x.shape);
  const rest = measure(shape.filter((dimension) => dimension !== -1));
  const known = rest.known === 0 ? 0 : from.known / rest.known;
  const symbols = without(from.symbols, rest.symbols);
  const inferred: Dimension =
    symbols.length === 0 ? known : [...(known === 1 ? [] : [known]), ...symbols].join('*');
  const target = shape.map((dimension) => (dimension === -1 ? inferred : dimension));
  const to = measure(target);
  if (!Number.isInteger(known) || to.known !== from.known || !sameShape(to.symbols, from.symbols)) {
    throw new UserError(`reshape: ${formatShape(x.shape)} does not fit ${formatShape(shape)}.`);
  }
  if (sameShape(x.shape, target)) return x;
  const symbolic = target.filter((dimension) => typeof dimension === 'string').length;
  const empty = target.includes(0);
  // ONNX infers one size; beside a size of 0 it infers none.
  const sizes =
    symbolic > 1 || empty
      ? sizesOf(target)
      : indices(target.map((dimension) => (typeof dimension === 'string' ? -1 : dimension)));
  const type = { dtype: x.dtype, shape: target };
  return apply('Reshape', [x, sizes], type, empty ? { allowzero: 1 } : {});
}

/** All axes from `axis` on as one: [batch, ...] becomes [batch, features]. */
export function flatten(x: Value, axis = 1): Value {
  return x.shape.length === axis + 1 ? x : reshape(x, [...x.shape.slice(0, axis), -1]);
}

/** The axes in another order; reversed when no order is given. */
export function transpose(x: Value, order?: readonly number[]): Value {
  const rank = x.shape.length;
  const reversed = x.shape.map((_, axis) => rank - 1 - axis);
  const perm = normalizeAxes(order ?? reversed, rank, 'transpose');
  if (perm.length !== rank) {
    throw new UserError(`transpose: [${perm}] is not an order of ${rank} axes.`);
  }
  if (perm.every((axis, position) => axis === position)) return x;
  const shape = perm.map((axis) => x.shape[axis]!);
  return apply('Transpose', [x], { dtype: x.dtype, shape }, { perm });
}

/** Removes axes of size 1. */
export function squeeze(x: Value, axes: readonly number[]): Value {
  const normal = normalizeAxes(axes, x.shape.length, 'squeeze');
  for (const axis of normal) {
    if (x.shape[axis] !== 1) {
      throw new UserError(`squeeze: axis ${axis} of ${formatShape(x.shape)} is not of size 1.`);
    }
  }
  if (normal.length === 0) return x;
  const shape = x.shape.filter((_, axis) => !normal.includes(axis));
  return apply('Squeeze', [x, indices(normal)], { dtype: x.dtype, shape });
}

/** Adds axes of size 1 at the given places of the result. */
export function unsqueeze(x: Value, axes: readonly number[]): Value {
  if (axes.length === 0) return x;
  const rank = x.shape.length + axes.length;
  const normal = normalizeAxes(axes, rank, 'unsqueeze');
  const rest = [...x.shape];
  const shape = Array.from({ length: rank }, (_, axis) =>
    normal.includes(axis) ? 1 : rest.shift()!,
  );
  return apply('Unsqueeze', [x, indices(normal)], { dtype: x.dtype, shape });
}

/** Values joined along an axis; all other axes agree. */
export function concat(values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (!first) throw new UserError('concat takes at least one value.');
  if (values.length === 1) return first;
  const normal = normalizeAxis(axis, first.shape.length, 'concat');
  let total = 0;
  for (const value of values) {
    const size = value.shape[normal];
    if (typeof size === 'string') {
      throw new UserError(
        `concat: axis ${normal} of ${formatShape(value.shape)} has no static size.`,
      );
    }
    if (
      size === undefined ||
      value.dtype !== first.dtype ||
      !sameShape(first.shape.with(normal, size), value.shape)
    ) {
      throw new UserError(
        `concat along axis ${normal}: ${first.dtype} ${formatShape(first.shape)} and ${value.dtype} ${formatShape(value.shape)} do not fit.`,
      );
    }
    total += size;
  }
  const shape = first.shape.with(normal, total);
  return apply('Concat', values, { dtype: first.dtype, shape }, { axis: normal });
}

/** Values of one shape as one, along a new axis. */
export function stack(values: readonly Value[], axis = 0): Value {
  return concat(
    values.map((value) => unsqueeze(value, [axis])),
    axis,
  );
}

/** Cuts a value along an axis into parts of the given sizes. */
export function split(x: Value, sizes: readonly number[], axis: number): Value[] {
  const normal = normalizeAxis(axis, x.shape.length, 'split');
  const total = sizes.reduce((a, b) => a + b, 0);
  if (total !== x.shape[normal]) {
    throw new UserError(
      `split: sizes [${sizes.join(', ')}] do not add up to axis ${normal} of ${formatShape(x.shape)}.`,
    );
  }
  if (sizes.length === 1) return [x];
  return applyMany(
    'Split',
    [x, indices(sizes)],
    sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.with(normal, size) })),
    { axis: normal },
  );
}

/** A range of one axis. */
export interface Range {
  readonly axis: number;
  /** First index; 0 when left out, negative ones count from the end. */
  readonly start?: number;
  /** Index after the last; the axis's size when left out. */
  readonly end?: number;
  /** Every how many-th element; 1 when left out. */
  readonly step?: number;
}

/** The part of a value inside the ranges; axes that are not named stay whole. */
export function slice(x: Value, ranges: readonly Range[]): Value {
  const shape = [...x.shape];
  const axes = normalizeAxes(
    ranges.map((range) => range.axis),
    shape.length,
    'slice',
  );
  const normal = ranges.map((range, i) => {
    const axis = axes[i]!;
    const size = shape[axis]!;
    if (typeof size === 'string') {
      throw new UserError(`slice: axis ${axis} of ${formatShape(x.shape)} has no static size.`);
    }
    const place = (index: number) => Math.min(Math.max(index < 0 ? index + size : index, 0), size);
    const { step = 1 } = range;
    if (!Number.isInteger(step) || step < 1) {
      throw new UserError(`slice: step must be a whole number from 1, not ${step}.`);
    }
    const start = place(range.start ?? 0);
    const end = place(range.end ?? size);
    shape[axis] = Math.max(0, Math.ceil((end - start) / step));
    return { axis, start, end, step };
  });
  if (sameShape(shape, x.shape)) return x;
  return apply(
    'Slice',
    [
      x,
      indices(normal.map(({ start }) => start)),
      indices(normal.map(({ end }) => end)),
      indices(normal.map(({ axis }) => axis)),
      indices(normal.map(({ step }) => step)),
    ],
    { dtype: x.dtype, shape },
  );
}

/**
 * Surrounds a value with constants.
 * @param before how many elements to put before each axis
 * @param after how many to put after each axis
 * @throws UserError when there is not one count, 0 or more, for each axis
 */
export function pad(
  x: Value,
  before: readonly number[],
  after: readonly number[],
  value = 0,
): Value {
  const counts = [...before, ...after];
  const rank = x.shape.length;
  if (before.length !== rank || after.length !== rank || counts.some((count) => count < 0)) {
    throw new UserError(
      `pad: [${before.join(', ')}] before and [${after.join(', ')}] after do not fit ${formatShape(x.shape)}. Give each axis a count of 0 or more.`,
    );
  }
  if (counts.every((count) => count === 0)) return x;
  const shape = x.shape.map((dimension, axis) => {
    const extra = before[axis]! + after[axis]!;
    if (extra === 0) return dimension;
    if (typeof dimension === 'string') {
      throw new UserError(`pad: axis ${axis} of ${formatShape(x.shape)} has no static size.`);
    }
    return dimension + extra;
  });
  return apply('Pad', [x, indices(counts), constant(value, [], x.dtype)], {
    dtype: x.dtype,
    shape,
  });
}

/**
 * A value repeated to the shape of another one.
 * @throws UserError when its shape does not broadcast to the shape of `like`
 */
export function broadcastLike(x: Value, like: Value): Value {
  if (sameShape(x.shape, like.shape)) return x;
  const shape = broadcastShapes(x.shape, like.shape, 'broadcastLike');
  if (!sameShape(shape, like.shape)) {
    throw new UserError(
      `broadcastLike: ${formatShape(x.shape)} does not broadcast to ${formatShape(like.shape)}.`,
    );
  }
  return apply('Expand', [x, shapeOf(like)], { dtype: x.dtype, shape });
}

/** One number at every place of a shape. */
export function full(number: number, shape: Shape, dtype: DType = 'float32'): Value {
  const one = constant(
    number,
    shape.map(() => 1),
    dtype,
  );
  return shape.every((dimension) => dimension === 1)
    ? one
    : apply('Expand', [one, sizesOf(shape)], { dtype, shape });
}

/**
 * The sizes of a value's axes, int64 [rank]. Symbolic ones are read from the program's inputs, so
 * that the value itself need not be computed.
 */
export function shapeOf(x: Value): Value {
  return sizesOf(x.shape);
}

function sizesOf(shape: Shape): Value {
  const known = shape.filter((dimension) => typeof dimension === 'number');
  if (known.length === shape.length) return indices(known);
  return concat(
    shape.map((dimension) =>
      typeof dimension === 'number'
        ? indices([dimension])
        : unsqueeze(size(dimension, 'int64'), [0]),
    ),
    0,
  );
}

/**
 * Elements of one axis by index.
 * @param at int32 or int64 indices; their shape takes the place of the axis
 */
export function gather(x: Value, at: Value, axis = 0): Value {
  requireDType(at, 'int32 or int64 indices', 'gather');
  const normal = normalizeAxis(axis, x.shape.length, 'gather');
  const shape = [...x.shape.slice(0, normal), ...at.shape, ...x.shape.slice(normal + 1)];
  return apply('Gather', [x, at], { dtype: x.dtype, shape }, { axis: normal });
}

/** @throws UserError when the indices are not int64, or not of the rank of x */
function requirePlaces(x: Value, at: Value, what: string): void {
  requireDType(at, 'int64 indices', what);
  if (at.shape.length !== x.shape.length) {
    throw new UserError(
      `${what}: indices of shape ${formatShape(at.shape)} do not have the rank of ${formatShape(x.shape)}.`,
    );
  }
}

/** Takes for each place of `at` (int64) the element of `x` there, with the index on `axis` replaced. */
export function gatherElements(x: Value, at: Value, axis: number): Value {
  requirePlaces(x, at, 'gatherElements');
  const normal = normalizeAxis(axis, x.shape.length, 'gatherElements');
  return apply('GatherElements', [x, at], { dtype: x.dtype, shape: at.shape }, { axis: normal });
}

/** `x` with `updates` added at the indices (int64, of the updates' shape) along the axis. */
export function scatterAdd(x: Value, at: Value, updates: Value, axis: number): Value {
  requirePlaces(x, at, 'scatterAdd');
  requireSameDType(x, updates, 'scatterAdd');
  if (!sameShape(at.shape, updates.shape)) {
    throw new UserError(
      `scatterAdd: indices of shape ${formatShape(at.shape)} and updates of shape ${formatShape(updates.shape)} differ.`,
    );
  }
  const normal = normalizeAxis(axis, x.shape.length, 'scatterAdd');
  return apply('ScatterElements', [x, at, updates], x, { axis: normal, reduction: 'add' });
}

/** 1 where the class (int32 or int64) is the place on a new last axis, else 0. */
export function oneHot(
  classes: Value,
  count: number,
  dtype: 'float32' | 'float64' = 'float32',
): Value {
  requireDType(classes, 'int32 or int64 indices', 'oneHot');
  const range = constant(
    Array.from({ length: count }, (_, index) => index),
    [count],
    classes.dtype,
  );
  return cast(equal(unsqueeze(classes, [-1]), range), dtype);
}

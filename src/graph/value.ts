import { TooLargeError, UserError } from '../base/errors.js';
import { formatShape } from '../base/excerpt.js';
import { elementCount } from '../base/shape.js';
import { currentOrigin, type Origin } from './origin.js';

export { elementCount, formatShape };

/** Element types of a value, named as in onnxruntime-common's `Tensor`. */
export type DType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'bool';

/** A size known when the program is built, or the name of one known when it runs (`'batch'`). */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

export interface ValueType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A floating-point attribute; plain numbers are integers, as ONNX keeps the two apart. */
export interface FloatAttribute {
  readonly float: number;
}
export type Attribute = number | readonly number[] | string | FloatAttribute;
export type Attributes = Readonly<Record<string, Attribute>>;

/** The numbers of a constant, in the array type of its dtype (bool as 0 and 1). */
export type Numbers = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** Turns the gradient of a value into the gradients of the values it was made from. */
export type VectorJacobian = (gradient: Value) => readonly (Value | undefined)[];

/**
 * One application of an operator. `type` is the operator's ONNX name, or one of the few that are
 * not ONNX nodes: `Input`, `Constant`, `Size` (a symbolic dimension as a number) and `Identity`
 * with a `vectorJacobian` (a derivative given by hand).
 */
export interface Operation {
  readonly type: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Attributes;
  readonly outputs: readonly ValueType[];
  /** Number of outputs that are always written; later ones are written only when something uses them. */
  readonly required?: number;
  readonly numbers?: Numbers;
  /** Counts for nothing: operations that differ in it alone are the same. */
  readonly origin?: Origin;
  readonly vectorJacobian?: VectorJacobian;
}

/** An immutable tensor in a program: one output of an operation. */
export class Value implements ValueType {
  constructor(
    readonly operation: Operation,
    readonly index = 0,
  ) {}

  get dtype(): DType {
    return this.operation.outputs[this.index]!.dtype;
  }

  get shape(): Shape {
    return this.operation.outputs[this.index]!.shape;
  }
}

/** A value, or a number that takes the other operand's dtype. */
export type Operand = Value | number;

/** Most elements of a value for one example, and of a constant: 1 GiB and 256 MiB of floats. */
const mostElements = 2 ** 28;
const mostConstants = 2 ** 26;

/** @throws TooLargeError when a value would have more elements than any memory is meant to hold */
function checkSize({ shape }: ValueType): void {
  const sizes = shape.filter((size) => typeof size === 'number');
  if (elementCount(sizes) <= mostElements) return;
  throw new TooLargeError(
    `A value of shape ${formatShape(shape)} would have over ${mostElements} elements. Make layers or images smaller.`,
  );
}

/**
 * Checks the size of a large constant before its numbers are made.
 * @throws UserError when a constant would have more elements than a model file should
 */
export function checkConstantSize(count: number): void {
  if (count <= mostConstants) return;
  throw new UserError(
    `A constant would have ${count} elements, over ${mostConstants}. Make layers or images smaller.`,
  );
}

/** Applies an operator with one output. */
export function apply(
  type: string,
  inputs: readonly (Value | undefined)[],
  output: ValueType,
  attributes: Attributes = {},
): Value {
  checkSize(output);
  return new Value({ type, inputs, attributes, outputs: [output], origin: currentOrigin() });
}

/**
 * Applies an operator with several outputs.
 * @param required how many of them every node has; all when left out
 */
export function applyMany(
  type: string,
  inputs: readonly (Value | undefined)[],
  outputs: readonly ValueType[],
  attributes: Attributes = {},
  required = outputs.length,
): Value[] {
  outputs.forEach(checkSize);
  const origin = currentOrigin();
  const operation: Operation = { type, inputs, attributes, outputs, required, origin };
  return outputs.map((_, index) => new Value(operation, index));
}

/** A value fed when the program runs. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Value {
  return apply('Input', [], { dtype, shape }, { name });
}

/** Tells whether an element of the dtype can hold a number; floats round it. */
const holds: Readonly<Record<DType, (value: number) => boolean>> = {
  float32: () => true,
  float64: () => true,
  int32: (value) => (value | 0) === value,
  int64: Number.isSafeInteger,
  uint8: (value) => (value & 255) === value,
  bool: (value) => value === 0 || value === 1,
};

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/**
 * Numbers known when the program is built.
 * @param values row-major
 * @param shape a scalar where there is one value and no shape is given, else one axis
 * @throws UserError when the shape does not hold as many values, or the dtype cannot hold one of them
 */
export function constant(
  values: number | ArrayLike<number>,
  shape?: readonly number[],
  dtype: DType = 'float32',
): Value {
  const list = typeof values === 'number' ? [values] : values;
  const dims = shape ?? (typeof values === 'number' ? [] : [list.length]);
  if (list.length !== elementCount(dims)) {
    throw new UserError(
      `A constant of shape ${formatShape(dims)} holds ${elementCount(dims)} values, not ${list.length}.`,
    );
  }
  const odd = isFloat(dtype) ? undefined : Array.from(list).find((value) => !holds[dtype](value));
  if (odd !== undefined) {
    throw new UserError(`A constant of dtype ${dtype} cannot hold ${odd}. Use another dtype.`);
  }
  const numbers =
    dtype === 'int64'
      ? BigInt64Array.from(Array.from(list, (value) => BigInt(value)))
      : arrays[dtype].from(list);
  return new Value({
    type: 'Constant',
    inputs: [],
    attributes: {},
    outputs: [{ dtype, shape: dims }],
    numbers,
  });
}

/** A value without derivatives given by hand, which leave no trace in a model. */
export function computed(value: Value): Value {
  const { type, inputs } = value.operation;
  return type === 'Identity' ? computed(inputs[0]!) : value;
}

/** The values that an operation needs when it runs, without derivatives given by hand. */
export function computedInputs(operation: Operation): (Value | undefined)[] {
  return operation.inputs.map((value) => value && computed(value));
}

/** The number a scalar constant holds, or undefined for any other value. */
export function scalarOf(value: Value): number | undefined {
  const { numbers } = value.operation;
  return numbers?.length === 1 && value.shape.length === 0 ? Number(numbers[0]) : undefined;
}

/** A symbolic dimension taken apart: `5*batch*time` is 5 times the symbols `batch` and `time`. */
export function parseDimension(dimension: string): { factor: number; symbols: string[] } {
  const [first, ...rest] = dimension.split('*') as [string, ...string[]];
  return /^\d+$/.test(first)
    ? { factor: Number(first), symbols: rest }
    : { factor: 1, symbols: [first, ...rest] };
}

/** Counts the elements that a shape holds, as a known factor times its symbols: `5*batch` is 5 of batch. */
export function measure(shape: Shape): { known: number; symbols: string[] } {
  let known = 1;
  const symbols: string[] = [];
  for (const dimension of shape) {
    if (typeof dimension === 'number') known *= dimension;
    else {
      const { factor, symbols: names } = parseDimension(dimension);
      known *= factor;
      symbols.push(...names);
    }
  }
  return { known, symbols: symbols.sort() };
}

/** The size of a dimension as a scalar; symbolic ones are read from the program's inputs. */
export function size(dimension: Dimension, dtype: DType = 'float32'): Value {
  if (typeof dimension === 'number') return constant(dimension, [], dtype);
  return apply('Size', [], { dtype, shape: [] }, { dimension });
}

/** Both operands as values, numbers in the other's dtype. */
export function lift(a: Operand, b: Operand): [Value, Value] {
  if (a instanceof Value) {
    return [a, b instanceof Value ? b : constant(b, [], a.dtype)];
  }
  return b instanceof Value ? [constant(a, [], b.dtype), b] : [constant(a), constant(b)];
}

export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64';
}

/** Tells whether an attribute, of which floating-point ones are float32, can hold a number of the dtype. */
export function attributeHolds(number: number, dtype: DType): boolean {
  return dtype === 'float32' || Math.fround(number) === number;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** A shape of which every dimension is known. @throws UserError when one is symbolic */
export function staticShape(shape: Shape, what: string): number[] {
  return shape.map((dimension) => {
    if (typeof dimension === 'string') {
      throw new UserError(`${what} needs a static shape, but got ${formatShape(shape)}.`);
    }
    return dimension;
  });
}

/** The axis counted from the front. @throws UserError when the shape has no such axis */
export function normalizeAxis(axis: number, rank: number, what: string): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(normal) || normal < 0 || normal >= rank) {
    throw new UserError(`${what}: there is no axis ${axis} in a value of rank ${rank}.`);
  }
  return normal;
}

/** The axes counted from the front. @throws UserError when one is missing or named twice */
export function normalizeAxes(axes: readonly number[], rank: number, what: string): number[] {
  const normal = axes.map((axis) => normalizeAxis(axis, rank, what));
  const twice = normal.find((axis, place) => normal.indexOf(axis) !== place);
  if (twice !== undefined) throw new UserError(`${what}: axis ${twice} is named twice.`);
  return normal;
}

const dtypeKinds = {
  'floating-point values': ['float32', 'float64'],
  numbers: ['float32', 'float64', 'int32', 'int64'],
  'int32 or int64 indices': ['int32', 'int64'],
  'int64 indices': ['int64'],
  'uint8 values': ['uint8'],
  'values other than bools': ['float32', 'float64', 'int32', 'int64', 'uint8'],
  bools: ['bool'],
} as const satisfies Record<string, readonly DType[]>;

/** @throws UserError when the value's dtype is not of the kind that an operator takes */
export function requireDType(x: Value, kind: keyof typeof dtypeKinds, what: string): void {
  const allowed: readonly DType[] = dtypeKinds[kind];
  if (!allowed.includes(x.dtype)) {
    throw new UserError(`${what} takes ${kind}, not ${x.dtype}. Use cast() first.`);
  }
}

/** @throws UserError when the values are not all of one dtype */
export function requireSameDType(a: Value, b: Value, what: string): void {
  if (a.dtype !== b.dtype) {
    throw new UserError(
      `${what} takes values of one dtype, not ${a.dtype} and ${b.dtype}. Use cast() on one.`,
    );
  }
}

/** The shape two operands broadcast to, by NumPy's rule. @throws UserError when they do not fit */
export function broadcastShapes(a: Shape, b: Shape, what: string): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new UserError(
      `${what}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast together.`,
    );
  });
}

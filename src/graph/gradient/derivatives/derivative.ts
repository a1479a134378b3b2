import { broadcastLike, cast, mul, squeeze, sum } from '../../operators/index.js';
import { constant, type Operation, type Shape, size, type Value } from '../../value.js';

/**
 * From the gradient of an operation's output to the gradients of its inputs.
 *
 * A gradient may be smaller than its value, as long as it broadcasts to it: the gradient of a sum
 * is one number. Rows that are not element by element ask for the whole with `whole`.
 * @param g the gradient of the first output
 * @param y the first output
 * @param all the gradients of all outputs, undefined for an output that nothing depends on
 */
export type Derivative = (
  g: Value,
  operation: Operation,
  y: Value,
  all: readonly (Value | undefined)[],
) => readonly (Value | undefined)[];

/** Derivatives by the names of their operators. */
export type Derivatives = Readonly<Record<string, Derivative>>;

/** The gradient at its value's full shape. */
export function whole(g: Value, like: Value): Value {
  return broadcastLike(g, like);
}

/** The gradient of a value of shape `target` that was broadcast to `output`: summed back. */
export function sumTo(g: Value, target: Shape, output: Shape): Value {
  const from = (shape: Shape, axis: number) => shape[axis - output.length + shape.length] ?? 1;
  let repeats = constant(1, [], g.dtype);
  const axes: number[] = [];
  output.forEach((dimension, axis) => {
    if (from(target, axis) !== 1 || dimension === 1) return;
    if (from(g.shape, axis) === 1) repeats = mul(repeats, size(dimension, g.dtype));
    else axes.push(axis - output.length + g.shape.length);
  });
  const extra = Math.max(0, g.shape.length - target.length);
  const onlyLeading = axes.length >= extra && axes.every((axis) => axis < extra);
  const summed = sum(g, { axes, keepDims: !onlyLeading });
  const leading = Array.from({ length: extra }, (_, axis) => axis);
  return mul(onlyLeading ? summed : squeeze(summed, leading), repeats);
}

/** The operands of a binary operator. */
export type Pair = readonly [a: Value, b: Value];

/** 1 where the condition holds, else 0, in the dtype of `like`. */
export const indicator = (condition: Value, like: Value) => cast(condition, like.dtype);

/** The numbers of a constant. */
export const constants = (value: Value | undefined) =>
  Array.from(value!.operation.numbers!, Number);

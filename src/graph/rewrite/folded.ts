/*
 * Operators that skip one of their own kind. Programs use them only after gradients are taken: a gradient by the value
 * between the two would miss the second one.
 */
import * as operators from '../operators/index.js';
import type { Shape, Value } from '../value.js';
import type { Rules } from './rewrite.js';

/** The same elements in another shape: of a reshaped value, the one before. */
export function reshape(x: Value, shape: Shape): Value {
  const { operation } = x;
  return operators.reshape(operation.type === 'Reshape' ? operation.inputs[0]! : x, shape);
}

/** The axes in another order, reversed when none is given: of a transposed value, by one transpose. */
export function transpose(x: Value, order?: readonly number[]): Value {
  const { type, inputs, attributes } = x.operation;
  if (type !== 'Transpose') return operators.transpose(x, order);
  const first = attributes.perm as readonly number[];
  const second = order ?? first.map((_, axis) => first.length - 1 - axis);
  return operators.transpose(
    inputs[0]!,
    second.map((axis) => first[axis]!),
  );
}

/** Tells whether a value is a sum without its axes. */
const isSum = ({ operation }: Value) =>
  operation.type === 'ReduceSum' && operation.attributes.keepdims === 0;

/** Operators of operators of their kind as one. */
export const foldingRules: Rules = {
  Reshape: ({ inputs, outputs }) => [reshape(inputs[0]!, outputs[0]!.shape)],
  Transpose: ({ inputs, attributes }) => [
    transpose(inputs[0]!, attributes.perm as readonly number[]),
  ],
  ReduceSum: ({ inputs, outputs, attributes }) => {
    const isWhole = outputs[0]!.shape.length === 0 && attributes.keepdims === 0;
    return isWhole && isSum(inputs[0]!)
      ? [operators.sum(inputs[0]!.operation.inputs[0]!)]
      : undefined;
  },
};

import { sum } from '../operators/index.js';
import { type Dimension, type Operation, sameShape, Value } from '../value.js';
import { elementwise } from './elementwise.js';
import { foldingRules, reshape, transpose } from './folded.js';
import type { Rule, Rules } from './rewrite.js';

const orderOf = (value: Value | undefined) =>
  value?.operation.type === 'Transpose'
    ? (value.operation.attributes.perm as readonly number[])
    : undefined;

/**
 * The input before its transpose. A value that broadcasts along all axes but one, such as one number
 * for each channel, is put in that order by a reshape, which costs nothing.
 */
function before(value: Value, order: readonly number[]): Value | undefined {
  const own = orderOf(value);
  if (own && sameShape(own, order)) return value.operation.inputs[0];
  if (value.shape.length === 0) return value;
  const missing = order.length - value.shape.length;
  if (missing < 0) return undefined;
  const sizes = [...Array<Dimension>(missing).fill(1), ...value.shape];
  if (sizes.filter((size) => size !== 1).length > 1) return undefined;
  return reshape(
    value,
    order.map((_, axis) => sizes[order.indexOf(axis)]!),
  );
}

/** f(transpose(a), transpose(b)) = transpose(f(a, b)): the transpose may meet its inverse later. */
const afterElementwise: Rule = (operation) => {
  const values = operation.inputs.filter((value) => value !== undefined);
  const order = values.map(orderOf).find((each) => each !== undefined);
  if (!order) return undefined;
  const inputs = values.map((value) => before(value, order));
  if (inputs.length !== operation.inputs.length) return undefined;
  if (inputs.some((value) => value === undefined)) return undefined;
  const { dtype, shape } = operation.outputs[0]!;
  const inner = order.map((_, axis) => shape[order.indexOf(axis)]!);
  const moved: Operation = { ...operation, inputs, outputs: [{ dtype, shape: inner }] };
  return [transpose(new Value(moved), order)];
};

/** A reduction of a transposed value, when the kept axes stand in the same order either way. */
const beforeReduction: Rule = (operation) => {
  const [x, axes] = operation.inputs;
  const order = orderOf(x);
  if (!order || !axes || operation.attributes.keepdims === 1) return undefined;
  const reduced = Array.from(axes.operation.numbers!, Number);
  const kept = order.filter((_, axis) => !reduced.includes(axis));
  if (kept.some((axis, place) => place > 0 && axis < kept[place - 1]!)) return undefined;
  const places = BigInt64Array.from(
    reduced.map((axis) => order[axis]!).sort((a, b) => a - b),
    BigInt,
  );
  const inner = new Value({ ...axes.operation, numbers: places });
  return [new Value({ ...operation, inputs: [x!.operation.inputs[0], inner] })];
};

/**
 * A sum over the leading axes, first within each example and then over the batch: the runtime sums
 * many long rows eight times as fast as a few short columns.
 */
function inTwoSteps(y: Value): Value {
  const { type, inputs, attributes } = y.operation;
  if (type !== 'ReduceSum' || attributes.keepdims === 1) return y;
  const [x, axes] = inputs as [Value, Value];
  const reduced = Array.from(axes.operation.numbers!, Number);
  const leading = reduced.every((axis, place) => axis === place);
  if (!leading || reduced.length < 2 || reduced.length === x.shape.length) return y;
  return sum(sum(x, { axes: reduced.slice(1) }), { axes: [0] });
}

/**
 * A transpose that moves axes of one entry alone, as a reshape. It is for the last pass: before, a transpose may
 * meet its inverse.
 */
export const ofOnes: Rule = ({ inputs: [x], attributes, outputs }) => {
  const order = attributes.perm as readonly number[];
  const moved = order.filter((axis) => x!.shape[axis] !== 1);
  const isSame = moved.every((axis, place) => place === 0 || moved[place - 1]! < axis);
  return isSame ? [reshape(x!, outputs[0]!.shape)] : undefined;
};

/** Moves transposes towards the outputs, where they cancel each other. */
export const transposeRules: Rules = {
  ...Object.fromEntries(elementwise.map((type) => [type, afterElementwise])),
  ReduceSum: (operation) => {
    const moved = beforeReduction(operation) ?? [new Value(operation)];
    return [inTwoSteps(moved[0]!)];
  },
  ReduceMax: beforeReduction,
  ReduceMin: beforeReduction,
  Transpose: foldingRules.Transpose!,
};

import { sum } from '../operators/index.js';
import { type Operation, type Shape, sameShape, Value } from '../value.js';
import { elementwise } from './elementwise.js';
import { foldingRules, reshape } from './folded.js';
import type { Rule, Rules } from './rewrite.js';

/** The value before its reshape. */
const sourceOf = (value: Value | undefined) =>
  value?.operation.type === 'Reshape' ? value.operation.inputs[0] : undefined;

/** Sizes that a reshape can be given as constants, at most one of them inferred. */
const isPlain = (shape: Shape) =>
  shape.filter((dimension) => typeof dimension === 'string').length < 2;

/** f(reshape(a), reshape(b)) = reshape(f(a, b)): the reshape may meet another one later. */
const afterElementwise: Rule = (operation) => {
  const { dtype, shape } = operation.outputs[0]!;
  const isWhole = (value: Value | undefined) => !!value && sameShape(value.shape, shape);
  const first = operation.inputs.find((value) => isWhole(value) && sourceOf(value));
  const inner = sourceOf(first)?.shape;
  if (!inner || !isPlain(inner)) return undefined;
  if (!operation.inputs.every((value) => isWhole(value) || value?.shape.length === 0)) {
    return undefined;
  }
  const inputs = operation.inputs.map((value) => (isWhole(value) ? reshape(value!, inner) : value));
  const moved: Operation = { ...operation, inputs, outputs: [{ dtype, shape: inner }] };
  return [reshape(new Value(moved), shape)];
};

/** A sum over all axes from one on, of any sizes. */
const beforeSum: Rule = ({ inputs, attributes }) => {
  const [x, axes] = inputs;
  const source = sourceOf(x);
  if (!x || !source || !axes || attributes.keepdims === 1) return undefined;
  const kept = x.shape.length - axes.operation.numbers!.length;
  const isTail = axes.operation.numbers!.every((axis) => Number(axis) >= kept);
  if (!isTail || !sameShape(source.shape.slice(0, kept), x.shape.slice(0, kept))) return undefined;
  return [sum(source, { axes: source.shape.map((_, axis) => axis).slice(kept) })];
};

/** Moves reshapes towards the outputs, where they take each other back. */
export const reshapeRules: Rules = {
  ...Object.fromEntries(elementwise.map((type) => [type, afterElementwise])),
  ReduceSum: beforeSum,
  Reshape: foldingRules.Reshape!,
};

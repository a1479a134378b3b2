import {
  cumulativeSum,
  div,
  equal,
  exp,
  mul,
  prod,
  sub,
  sum,
  unsqueeze,
  where,
} from '../../operators/index.js';
import type { Operation, Value } from '../../value.js';
import { constants, type Derivative, type Derivatives, indicator, whole } from './derivative.js';

/** The axes of a reduction whose axes are an input. */
const axesOf = (operation: Operation) => constants(operation.inputs[1]);

/** A reduced value, or its gradient of at most its rank, with its reduced axes back at size 1. */
function unreduced(value: Value, operation: Operation, axes: readonly number[]): Value {
  if (operation.attributes.keepdims === 1 || value.shape.length === 0) return value;
  const missing = operation.outputs[0]!.shape.length - value.shape.length;
  const leading = Array.from({ length: missing }, (_, axis) => axis);
  return unsqueeze(unsqueeze(value, leading), axes);
}

/** The gradient of max and min: shared equally among the elements that attain it. */
const extremum: Derivative = (g, operation, y) => {
  const x = operation.inputs[0]!;
  const axes = axesOf(operation);
  const attained = indicator(equal(x, unreduced(y, operation, axes)), g);
  const share = div(unreduced(g, operation, axes), sum(attained, { axes, keepDims: true }));
  return [mul(attained, share)];
};

/** Derivatives of reductions along axes, softmax and running sums. */
export const reductionDerivatives: Derivatives = {
  ReduceSum: (g, operation) => [unreduced(g, operation, axesOf(operation))],
  ReduceMax: extremum,
  ReduceMin: extremum,
  ReduceProd: (g, operation) => {
    // The product of the others: where one is 0, all but its own derivative are 0.
    const x = operation.inputs[0]!;
    const axes = axesOf(operation);
    const kept = { axes, keepDims: true };
    const isZero = equal(x, 0);
    const others = where(isZero, 1, x);
    const zeros = indicator(isZero, g);
    const remains = indicator(equal(zeros, sum(zeros, kept)), g);
    const partial = mul(div(prod(others, kept), others), remains);
    return [mul(unreduced(g, operation, axes), partial)];
  },
  Softmax: (g, { attributes }, y) => {
    const gy = mul(g, y);
    const axes = [attributes.axis as number];
    return [sub(gy, mul(y, sum(gy, { axes, keepDims: true })))];
  },
  LogSoftmax: (g, { attributes }, y) => {
    const dy = whole(g, y);
    const axes = [attributes.axis as number];
    return [sub(dy, mul(exp(y), sum(dy, { axes, keepDims: true })))];
  },
  CumSum: (g, { inputs, attributes }, y) => [
    cumulativeSum(whole(g, y), constants(inputs[1])[0]!, { reverse: attributes.reverse === 0 }),
  ],
};

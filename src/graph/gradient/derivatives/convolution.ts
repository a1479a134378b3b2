import { spatialSize, transposedSize, windowOf } from '../../operators/convolution.js';
import { conv2d, convTranspose2d, convWeightGradient, sum } from '../../operators/index.js';
import type { Operation, Value } from '../../value.js';
import { type Derivative, type Derivatives, type Pair, whole } from './derivative.js';

const biasGradient = (dy: Value) => sum(dy, { axes: [0, 2, 3] });

/** `conv2d` undone along its window: the derivative by an image of the size of `x`. */
function convInputGradient(dy: Value, weight: Value, x: Value, operation: Operation): Value {
  const { kernel, window } = windowOf(operation.attributes);
  const [from, to] = [spatialSize(dy, 'conv2d'), spatialSize(x, 'conv2d')];
  const rest = ([0, 1] as const).map(
    (axis) => to[axis] - transposedSize(from[axis], kernel, window, axis),
  );
  return convTranspose2d(dy, weight, undefined, window, [rest[0]!, rest[1]!]);
}

const convDerivative: Derivative = (g, operation, y) => {
  const [x, weight, bias] = operation.inputs as [Value, Value, Value | undefined];
  const { kernel, window } = windowOf(operation.attributes);
  const dy = whole(g, y);
  return [
    convInputGradient(dy, weight, x, operation),
    convWeightGradient(x, dy, kernel, window),
    bias && biasGradient(dy),
  ];
};

const convTransposeDerivative: Derivative = (g, operation, y) => {
  const [x, weight, bias] = operation.inputs as [Value, Value, Value | undefined];
  const { kernel, window } = windowOf(operation.attributes);
  const dy = whole(g, y);
  return [
    conv2d(dy, weight, undefined, window),
    convWeightGradient(dy, x, kernel, window),
    bias && biasGradient(dy),
  ];
};

const convWeightGradientDerivative: Derivative = (g, operation, y) => {
  const [x, dy] = operation.inputs as Pair;
  const dWeight = whole(g, y);
  const { window } = windowOf(operation.attributes);
  return [convInputGradient(dy, dWeight, x, operation), conv2d(x, dWeight, undefined, window)];
};

/** Derivatives of convolutions, transposed ones, and their derivatives by the weight. */
export const convolutionDerivatives: Derivatives = {
  Conv: convDerivative,
  ConvTranspose: convTransposeDerivative,
  ConvWeightGradient: convWeightGradientDerivative,
};

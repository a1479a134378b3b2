import { add, axesSize, cast, div, mul, sub, sum } from '../../operators/index.js';
import { Value } from '../../value.js';
import { type Derivative, type Derivatives, sumTo, whole } from './derivative.js';

/** Also through its second and third outputs, the mean and 1 / √(variance + ε). */
const layerNormalizationDerivative: Derivative = (g, operation, y, all) => {
  const [x, weight, bias] = operation.inputs as [Value, Value, Value | undefined];
  const [mean, inverse] = [1, 2].map((i) => cast(new Value(operation, i), x.dtype)) as [
    Value,
    Value,
  ];
  const axes = x.shape.map((_, axis) => axis).slice(operation.attributes.axis as number);
  const count = axesSize(x, axes);
  const average = (value: Value) => div(sum(value, { axes, keepDims: true }), count);
  const dy = whole(g, y);
  const normal = mul(sub(x, mean), inverse);
  const isPlain = weight.operation.numbers?.every((each) => each === 1) ?? false;
  const scaled = isPlain ? dy : mul(dy, weight);
  let offset = average(scaled);
  let slope = average(mul(scaled, normal));
  const [, dMean, dInverse] = all.map((each) => each && cast(each, x.dtype));
  if (dMean) offset = sub(offset, div(div(dMean, inverse), count));
  if (dInverse) slope = add(slope, div(mul(dInverse, inverse), count));
  return [
    mul(inverse, sub(sub(scaled, offset), mul(normal, slope))),
    sumTo(mul(dy, normal), weight.shape, y.shape),
    bias && sumTo(dy, bias.shape, y.shape),
  ];
};

/** Derivatives of normalization. */
export const normalizationDerivatives: Derivatives = {
  LayerNormalization: layerNormalizationDerivative,
};

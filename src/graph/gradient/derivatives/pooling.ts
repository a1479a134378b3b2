import { maxUnpool2d } from '../../operators/index.js';
import { averageUnpool2d, poolWindowOf, takeFlat } from '../../operators/pooling.js';
import { type Operation, Value } from '../../value.js';
import { type Derivative, type Derivatives, whole } from './derivative.js';

const poolPlaces = (operation: Operation) => new Value(operation, 1);

const maxPoolDerivative: Derivative = (g, operation, y) => {
  const window = poolWindowOf(operation.attributes);
  return [maxUnpool2d(whole(g, y), poolPlaces(operation), operation.inputs[0]!, window)];
};

const averagePoolDerivative: Derivative = (g, { inputs, attributes }, y) => {
  const counted = attributes.count_include_pad === 1;
  return [averageUnpool2d(whole(g, y), inputs[0]!, poolWindowOf(attributes), counted)];
};

/** Derivatives of pooling and its undoing. */
export const poolingDerivatives: Derivatives = {
  MaxPool: maxPoolDerivative,
  MaxUnpool: (g, { inputs }, y) => [takeFlat(whole(g, y), inputs[1]!)],
  AveragePool: averagePoolDerivative,
};

import { type Operation, Value } from '../value.js';
import type { Rule, Rules } from './rewrite.js';

/** Operators that take the elements of one matrix or several as they are. */
const placing = ['Concat', 'Reshape', 'Slice'];

/** f(place(a, b)) = place(f(a), f(b)), down to products; undefined where another operator is below. */
function ontoProducts(activation: Operation, x: Value): Value | undefined {
  const { type, inputs } = x.operation;
  if (type === 'Gemm') {
    return new Value({ ...activation, inputs: [x], outputs: [{ dtype: x.dtype, shape: x.shape }] });
  }
  if (!placing.includes(type)) return undefined;
  const count = type === 'Concat' ? inputs.length : 1;
  const below = inputs.slice(0, count).map((value) => ontoProducts(activation, value!));
  if (below.includes(undefined)) return undefined;
  return new Value({ ...x.operation, inputs: [...below, ...inputs.slice(count)] });
}

const contains = (type: string, x: Value): boolean =>
  x.operation.type === type ||
  (placing.includes(x.operation.type) && contains(type, x.operation.inputs[0]!));

/** The runtime applies an activation right after a product, while that is in the caches. */
const afterJoin: Rule = (operation) => {
  const x = operation.inputs[0]!;
  const y = contains('Concat', x) ? ontoProducts(operation, x) : undefined;
  return y && [y];
};

/** Moves activations that need no more than their input towards the products that they follow. */
export const activationRules: Rules = Object.fromEntries(
  ['Elu', 'LeakyRelu', 'Relu', 'Tanh'].map((type) => [type, afterJoin]),
);

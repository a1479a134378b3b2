import { operationsOf } from './order.js';
import { measure, type Operation, type Shape, type Value } from './value.js';

/** Shapes whose elements, multiplied, are as many as an operation's multiplications. */
const products: Readonly<Record<string, (operation: Operation) => readonly Shape[]>> = {
  // Every output element of a product of matrices, by the products that it sums up.
  Gemm: ({ inputs, outputs, attributes }) => [
    outputs[0]!.shape,
    [inputs[0]!.shape[attributes.transA === 1 ? 0 : 1]!],
  ],
  MatMul: ({ inputs, outputs }) => [outputs[0]!.shape, inputs[0]!.shape.slice(-1)],
  // Every output pixel, by the weights of its filter; transposed, every input pixel by its own.
  Conv: ({ inputs, outputs }) => [outputs[0]!.shape, inputs[1]!.shape.slice(1)],
  ConvTranspose: ({ inputs }) => [inputs[0]!.shape, inputs[1]!.shape.slice(1)],
  // The convolution's number: every pixel of the output's gradient, by the weights of its filter.
  ConvWeightGradient: ({ inputs, outputs }) => [inputs[1]!.shape, outputs[0]!.shape.slice(1)],
};

/** Tells whether there are convolutions among the operations that values are made of. */
export function convolves(values: readonly Value[]): boolean {
  return operationsOf(values).some(({ type }) => type.startsWith('Conv'));
}

/**
 * Counts the multiplications of the products that values are made of: matrices' and convolutions'.
 * @param batch the size of symbolic dimensions
 * @param only operators, where others do not count
 */
export function multiplications(
  values: readonly Value[],
  batch: number,
  only?: readonly string[],
): number {
  let sum = 0;
  for (const operation of operationsOf(values)) {
    if (only && !only.includes(operation.type)) continue;
    const { known, symbols } = measure(products[operation.type]?.(operation).flat() ?? [0]);
    sum += known * batch ** symbols.length;
  }
  return sum;
}

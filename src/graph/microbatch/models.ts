import { dependsOnAlignment, toModel } from '../onnx/index.js';
import { operationsOf } from '../order.js';
import { inputName, named, type Values } from '../program.js';
import { rewrite } from '../rewrite/rewrite.js';
import { apply, type Operation, Value } from '../value.js';

/** Copies a fed value: it begins anywhere in memory, which the last bits of sums must not depend on. */
const copied = (value: Value) =>
  dependsOnAlignment(value) ? apply('Concat', [value], value, { axis: 0 }) : value;

/** Operators whose results have the same bits wherever in memory their inputs begin. */
const indifferent = new Set([
  ...['Abs', 'Add', 'Cast', 'Clip', 'Div', 'Greater', 'Less', 'Max', 'Min', 'Mul', 'Neg'],
  ...['Relu', 'Sign', 'Sqrt', 'Sub', 'Where', 'Concat', 'Expand', 'Gather', 'Slice', 'Split'],
  ...['Transpose', 'Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Machine'],
]);

/** Operators whose outputs may lie where their inputs do. */
const views = new Set(['Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

/** Fed values with results whose bits may depend on where in memory the values begin. */
function sensitive(values: readonly Value[]): ReadonlySet<Operation> {
  const found = new Set<Operation>();
  for (const operation of operationsOf(values).reverse()) {
    const { type, inputs } = operation;
    if (indifferent.has(type) || (views.has(type) && !found.has(operation))) continue;
    for (const value of inputs) if (value) found.add(value.operation);
  }
  return found;
}

/**
 * A program as a model with the inputs that it uses.
 * @param sums values that take the place of inputs, by the inputs' names
 * @param copies which fed values are copied: `all`, or `few` where that is enough for the same bits
 */
export function modelOf(
  inputs: readonly Value[],
  outputs: Values,
  sums: Values = {},
  copies: 'all' | 'few' = 'all',
): { readonly model: Uint8Array; readonly inputs: readonly string[] } {
  const given = Object.values(outputs);
  const isCopied =
    copies === 'all'
      ? () => true
      : (
          (set) => (each: Operation) =>
            set.has(each)
        )(sensitive(given));
  const values = rewrite(given, {
    Input: (operation) => {
      const value = new Value(operation);
      return [sums[inputName(value)] ?? (isCopied(operation) ? copied(value) : value)];
    },
  });
  const used = new Set(operationsOf(values));
  const needed = inputs.filter(({ operation }) => used.has(operation));
  const model = toModel({ inputs: needed, outputs: named(Object.keys(outputs), values) });
  return { model, inputs: needed.map(inputName) };
}

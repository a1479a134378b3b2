import type { Operation, Value } from './value.js';

/**
 * The operations that values are made from, each after all that it needs (a topological order).
 * @param inputsOf the values that an operation needs; its inputs when left out
 */
export function operationsOf(
  values: readonly Value[],
  inputsOf: (operation: Operation) => Operation['inputs'] = ({ inputs }) => inputs,
): Operation[] {
  const order: Operation[] = [];
  const seen = new Set<Operation>();
  const waiting: { operation: Operation; inputs: Operation['inputs']; next: number }[] = [];
  const visit = (operation: Operation) => {
    if (seen.has(operation)) return;
    seen.add(operation);
    waiting.push({ operation, inputs: inputsOf(operation), next: 0 });
  };
  for (const value of values) {
    visit(value.operation);
    for (let top = waiting.at(-1); top; top = waiting.at(-1)) {
      if (top.next === top.inputs.length) {
        order.push(top.operation);
        waiting.pop();
      } else {
        const input = top.inputs[top.next++];
        if (input) visit(input.operation);
      }
    }
  }
  return order;
}

import { operationsOf } from '../order.js';
import { within } from '../origin.js';
import { type Operation, Value } from '../value.js';

/**
 * Gives the values that take the place of an operation's outputs, whose inputs are rewritten already;
 * undefined when the rule does not apply.
 */
export type Rule = (operation: Operation) => readonly Value[] | undefined;

export type Rules = Readonly<Record<string, Rule>>;

/** The values with every operation replaced by its rule, where one applies, inputs first. */
export function rewrite(values: readonly Value[], rules: Rules): Value[] {
  const done = new Map<Operation, readonly Value[]>();
  const replaced = (value: Value) => done.get(value.operation)![value.index]!;
  for (const operation of operationsOf(values)) {
    const inputs = operation.inputs.map((value) => value && replaced(value));
    const same = inputs.every((value, i) => {
      const before = operation.inputs[i];
      return value?.operation === before?.operation && value?.index === before?.index;
    });
    const current = same ? operation : { ...operation, inputs };
    done.set(
      operation,
      within(operation.origin ?? {}, () => rules[operation.type]?.(current)) ??
        operation.outputs.map((_, i) => new Value(current, i)),
    );
  }
  return values.map(replaced);
}

/** Tables as one: of the rules for an operator, the first that applies. */
export function inTurn(...tables: readonly Rules[]): Rules {
  const types = new Set(tables.flatMap(Object.keys));
  return Object.fromEntries(
    [...types].map((type) => {
      const rules = tables.flatMap((table) => table[type] ?? []);
      return [
        type,
        (operation: Operation) => {
          for (const rule of rules) {
            const values = rule(operation);
            if (values) return values;
          }
          return undefined;
        },
      ];
    }),
  );
}

import { operationsOf } from './order.js';
import type { Operation, Value } from './value.js';

/** The type in a model of an operator in machine code; undefined for ONNX's own. */
export function machineType({
  type,
  attributes,
}: Pick<Operation, 'type' | 'attributes'>): string | undefined {
  return type === 'Machine' ? (attributes.plan as string) : undefined;
}

/** The operators in machine code that values are made of, by their types in a model. */
export function machineOperators(values: readonly Value[]): readonly string[] {
  const types = operationsOf(values).map(machineType);
  return [...new Set(types.filter((type) => type !== undefined))];
}

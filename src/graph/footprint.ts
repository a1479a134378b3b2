import { operationsOf } from './order.js';
import {
  computed,
  computedInputs,
  type DType,
  measure,
  type Operation,
  type Value,
  type ValueType,
} from './value.js';

/** Bytes that one element takes. */
export const bytesOf: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 8,
  uint8: 1,
  bool: 1,
};

/** Operators whose output is their input's memory under another shape. */
const views = new Set(['Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity']);

/**
 * The most bytes of values that are there at the same time, when a program computes them one after the
 * other in the order in which it is written, and frees each after its last use. Inputs and constants are
 * not counted.
 * @param values that are computed; they stay to the end
 * @param batch the size of symbolic dimensions
 */
export function workingBytes(values: readonly Value[], batch: number): number {
  const sizeOf = ({ dtype, shape }: ValueType) => {
    const { known, symbols } = measure(shape);
    return known * bytesOf[dtype] * batch ** symbols.length;
  };
  /** The operation whose memory a value lies in. */
  const owner = (value: Value): Operation => {
    const { operation } = computed(value);
    const source = views.has(operation.type) ? operation.inputs[0] : undefined;
    return source ? owner(source) : operation;
  };
  const isComputed = ({ type }: Operation) =>
    type !== 'Input' && type !== 'Constant' && type !== 'Size' && !views.has(type);
  const operations = operationsOf(values.map(computed), computedInputs);
  const lastUse = new Map<Operation, number>();
  operations.forEach((operation, place) => {
    for (const input of computedInputs(operation)) if (input) lastUse.set(owner(input), place);
  });
  for (const value of values) lastUse.set(owner(value), operations.length);
  const freed = new Map<number, number>();
  let [now, most] = [0, 0];
  operations.forEach((operation, place) => {
    if (isComputed(operation)) {
      const bytes = operation.outputs.reduce((sum, output) => sum + sizeOf(output), 0);
      now += bytes;
      const last = lastUse.get(operation) ?? place;
      freed.set(last, (freed.get(last) ?? 0) + bytes);
    }
    most = Math.max(most, now);
    now -= freed.get(place) ?? 0;
  });
  return most;
}

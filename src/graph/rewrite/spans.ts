import { slice } from '../operators/index.js';
import { elementCount, type Operation, type Shape, type Value } from '../value.js';
import { isSame } from './factors.js';
import { reshape } from './folded.js';

/** Contiguous elements of a value, in row-major order. */
export interface Span {
  readonly base: Value;
  readonly start: number;
  readonly end: number;
}

const isStatic = (shape: Shape): shape is readonly number[] =>
  shape.every((dimension) => typeof dimension === 'number');

/** Elements in one step along the first axis. */
const rowOf = (shape: readonly number[]) => elementCount(shape.slice(1));

/** The rows, counted along the first axis, that a slice takes where they follow each other. */
export function rowsTaken({ type, inputs }: Operation) {
  if (type !== 'Slice') return undefined;
  const [from, ...ranges] = inputs as [Value, ...Value[]];
  const [start, end, axis, step] = ranges.map(({ operation: { numbers } }) =>
    numbers?.length === 1 ? Number(numbers[0]) : undefined,
  );
  const follow = axis === 0 && step === 1 && start !== undefined && end !== undefined;
  return follow ? { from, start, end } : undefined;
}

/** Finds where the elements of a static value come from, through reshapes and slices of whole rows. */
export function spanOf(value: Value): Span | undefined {
  if (!isStatic(value.shape)) return undefined;
  const { type, inputs } = value.operation;
  if (type === 'Reshape' && inputs[0]) return spanOf(inputs[0]);
  const rows = rowsTaken(value.operation);
  const outer = rows && isStatic(rows.from.shape) ? spanOf(rows.from) : undefined;
  if (rows && outer) {
    const row = rowOf(rows.from.shape as readonly number[]);
    const start = outer.start + rows.start * row;
    return { base: outer.base, start, end: start + (rows.end - rows.start) * row };
  }
  return { base: value, start: 0, end: elementCount(value.shape) };
}

/** Two spans as one, where the second follows the first. */
export function joined(first: Span | undefined, second: Span | undefined): Span | undefined {
  const follows = first && second && isSame(first.base, second.base) && first.end === second.start;
  return follows ? { base: first.base, start: first.start, end: second.end } : undefined;
}

/** The elements of a span in some shape. */
export function elementsOf({ base, start, end }: Span, shape: readonly number[]): Value {
  const sizes = base.shape as readonly number[];
  const row = rowOf(sizes);
  const isRows = start % row === 0 && end % row === 0;
  const [whole, unit] = isRows ? [base, row] : [reshape(base, [-1]), 1];
  return reshape(slice(whole, [{ axis: 0, start: start / unit, end: end / unit }]), shape);
}

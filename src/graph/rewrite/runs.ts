import { reshape, slice } from '../operators/index.js';
import { elementCount, type Shape, type Value } from '../value.js';
import { isSame } from './factors.js';

/** Some of a value's elements that follow each other in row-major order. */
export interface Run {
  readonly base: Value;
  readonly start: number;
  readonly end: number;
}

const isStatic = (shape: Shape): shape is readonly number[] =>
  shape.every((dimension) => typeof dimension === 'number');

/** Elements in one step along the first axis. */
const rowOf = (shape: readonly number[]) => elementCount(shape.slice(1));

/** Where the elements of a static value come from, through reshapes and slices of whole rows. */
export function runOf(value: Value): Run | undefined {
  if (!isStatic(value.shape)) return undefined;
  const { type, inputs } = value.operation;
  const from = inputs[0];
  if (type === 'Reshape' && from) return runOf(from);
  if (type === 'Slice' && from && isStatic(from.shape)) {
    const [starts, ends, axes, steps] = inputs
      .slice(1)
      .map((each) => Array.from(each!.operation.numbers!, Number)) as [
      number[],
      number[],
      number[],
      number[],
    ];
    const outer = runOf(from);
    if (outer && axes.length === 1 && axes[0] === 0 && steps[0] === 1) {
      const start = outer.start + starts[0]! * rowOf(from.shape);
      return {
        base: outer.base,
        start,
        end: start + (ends[0]! - starts[0]!) * rowOf(from.shape),
      };
    }
  }
  return { base: value, start: 0, end: elementCount(value.shape) };
}

/** Two runs as one, where the second follows the first. */
export function joined(first: Run | undefined, second: Run | undefined): Run | undefined {
  const follows = first && second && isSame(first.base, second.base) && first.end === second.start;
  return follows ? { base: first.base, start: first.start, end: second.end } : undefined;
}

/** The elements of a run in some shape. */
export function taken({ base, start, end }: Run, shape: readonly number[]): Value {
  const sizes = base.shape as readonly number[];
  const row = rowOf(sizes);
  const isRows = start % row === 0 && end % row === 0;
  const [whole, unit] = isRows ? [base, row] : [reshape(base, [-1]), 1];
  return reshape(slice(whole, [{ axis: 0, start: start / unit, end: end / unit }]), shape);
}

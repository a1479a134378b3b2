import { operationsOf } from '../order.js';
import type { LoopProgram } from '../program.js';
import {
  computed,
  computedInputs,
  input,
  isFloat,
  type Operation,
  type Shape,
  Value,
} from '../value.js';

/** Operators that give the same bits for a number alone and for one among others. */
const exact = new Set(['Abs', 'Add', 'Div', 'Max', 'Min', 'Mul', 'Neg', 'Sqrt', 'Sub']);

/** What each iteration puts out for what is computed behind them. */
interface Taken {
  readonly value: Value;
  /** An input that stands for what all iterations put out. */
  readonly all: Value;
  /** The output that it is anyway. */
  readonly there: string | undefined;
}

/** What of a repeated step's outputs is computed for all iterations at once, behind them. */
export interface Afterwards {
  readonly taken: readonly Taken[];
  /** Outputs by name, made from the inputs of `taken`. */
  readonly outputs: ReadonlyMap<string, Value>;
}

/**
 * Finds numbers that only outputs need, such as a loss that is the sum of two metrics: an operator on
 * a number takes as long as one on all iterations' numbers.
 * @param iterations the symbol of their count
 */
export function afterwards(program: LoopProgram, iterations: string): Afterwards {
  const { carried, steps, outputs, microbatches } = program;
  const operationsFor = (values: readonly Value[]) =>
    operationsOf(values.map(computed), computedInputs);
  const terms = microbatches?.sums ?? [];
  const needed = new Set(
    operationsFor([...carried.map(({ next }) => next), ...terms.map(({ term }) => term)]),
  );
  const own = [
    ...carried.map(({ current }) => current),
    ...steps,
    ...terms.map(({ total }) => total),
  ];
  const changing = new Set(own.map(({ operation }) => operation));
  for (const operation of operationsFor(Object.values(outputs))) {
    const changes = computedInputs(operation).some((each) => each && changing.has(each.operation));
    if (changes) changing.add(operation);
  }
  const isNumber = ({ dtype, shape }: Value) => isFloat(dtype) && shape.length === 0;
  const waits = (value: Value) => {
    const { operation } = computed(value);
    return (
      exact.has(operation.type) &&
      changing.has(operation) &&
      !needed.has(operation) &&
      isNumber(value) &&
      computedInputs(operation).every((each) => each && isNumber(each))
    );
  };
  const named = Object.entries(outputs);
  const waiting = named.filter(([, value]) => waits(value));
  const there = new Map(
    named
      .filter(([, value]) => !waits(value))
      .reverse()
      .map(([name, value]) => [computed(value).operation, name]),
  );
  const taken = new Map<Operation, Taken>();
  const moved = new Map<Operation, Value>();
  const shape: Shape = [iterations];
  const forAll = (given: Value): Value => {
    const value = computed(given);
    const { operation } = value;
    if (!changing.has(operation)) return value;
    if (!waits(value)) {
      const all = input('', shape, value.dtype);
      const found = taken.get(operation) ?? { value, all, there: there.get(operation) };
      taken.set(operation, found);
      return found.all;
    }
    const found =
      moved.get(operation) ??
      new Value({
        ...operation,
        inputs: computedInputs(operation).map((each) => each && forAll(each)),
        outputs: [{ dtype: value.dtype, shape }],
      });
    moved.set(operation, found);
    return found;
  };
  const values = new Map(waiting.map(([name, value]) => [name, forAll(value)]));
  const all = [...taken.values()];
  // Each number that is put out costs about what an operator does.
  const more = all.filter((each) => each.there === undefined).length;
  return more > waiting.length
    ? { taken: [], outputs: new Map() }
    : { taken: all, outputs: values };
}

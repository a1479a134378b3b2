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

/** A number of each iteration that deferred outputs are made of. */
interface Collected {
  readonly value: Value;
  /** An input that stands for the numbers of all iterations. */
  readonly all: Value;
  /** The name of the output that it is anyway. */
  readonly output: string | undefined;
}

/** Outputs of a repeated step that are computed for all iterations at once, behind them. */
export interface DeferredOutputs {
  readonly collected: readonly Collected[];
  /** Outputs by name, made from the inputs that stand for the collected numbers. */
  readonly outputs: ReadonlyMap<string, Value>;
}

const operationsFor = (values: readonly Value[]) =>
  operationsOf(values.map(computed), computedInputs);

/** The operations that the step itself needs, for its next iteration or for microbatches. */
function neededOperations({ carried, microbatches }: LoopProgram): Set<Operation> {
  const terms = microbatches?.sums.map(({ term }) => term) ?? [];
  return new Set(operationsFor([...carried.map(({ next }) => next), ...terms]));
}

/** The operations of outputs that may give other numbers in each iteration. */
function changingOperations({ carried, steps, outputs, microbatches }: LoopProgram) {
  const own = [
    ...carried.map(({ current }) => current),
    ...steps,
    ...(microbatches?.sums.map(({ total }) => total) ?? []),
  ];
  const changing = new Set(own.map(({ operation }) => operation));
  for (const operation of operationsFor(Object.values(outputs))) {
    const changes = computedInputs(operation).some((each) => each && changing.has(each.operation));
    if (changes) changing.add(operation);
  }
  return changing;
}

const isNumber = ({ dtype, shape }: Value) => isFloat(dtype) && shape.length === 0;

/**
 * Finds numbers that only outputs need, such as a loss that is the sum of two metrics: an operator on
 * a number takes as long as one on all iterations' numbers.
 * @param iterations the symbol of their count
 */
export function deferOutputs(program: LoopProgram, iterations: string): DeferredOutputs {
  const [needed, changing] = [neededOperations(program), changingOperations(program)];
  const isDeferred = (value: Value) => {
    const { operation } = computed(value);
    return (
      exact.has(operation.type) &&
      changing.has(operation) &&
      !needed.has(operation) &&
      isNumber(value) &&
      computedInputs(operation).every((each) => each && isNumber(each))
    );
  };
  const outputs = Object.entries(program.outputs);
  const deferred = outputs.filter(([, value]) => isDeferred(value));
  const direct = outputs.filter(([, value]) => !isDeferred(value));
  // The first of several outputs that are one value.
  const outputOf = new Map(
    direct.toReversed().map(([name, value]) => [computed(value).operation, name]),
  );
  const shape: Shape = [iterations];
  const collected = new Map<Operation, Collected>();
  const collect = (value: Value): Value => {
    const { operation } = value;
    const all = input('', shape, value.dtype);
    const found = collected.get(operation) ?? { value, all, output: outputOf.get(operation) };
    collected.set(operation, found);
    return found.all;
  };
  const moved = new Map<Operation, Value>();
  /** A value of all iterations, or one that is the same in each. */
  const ofAll = (given: Value): Value => {
    const value = computed(given);
    const { operation } = value;
    if (!changing.has(operation)) return value;
    if (!isDeferred(value)) return collect(value);
    const inputs = () => computedInputs(operation).map((each) => each && ofAll(each));
    const found =
      moved.get(operation) ??
      new Value({ ...operation, inputs: inputs(), outputs: [{ dtype: value.dtype, shape }] });
    moved.set(operation, found);
    return found;
  };
  const values = new Map(deferred.map(([name, value]) => [name, ofAll(value)]));
  const all = [...collected.values()];
  // Each number that is put out costs about as much as an operator.
  const more = all.filter(({ output }) => output === undefined).length;
  return more > deferred.length
    ? { collected: [], outputs: new Map() }
    : { collected: all, outputs: values };
}

import type { Value } from './value.js';

export type Values = Readonly<Record<string, Value>>;

/** A tensor program: named inputs (made by `input`) to named outputs. */
export interface Program {
  readonly inputs: readonly Value[];
  readonly outputs: Values;
  /** Facts stored in the model file beside the graph. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A value carried from one iteration to the next. */
export interface Carry {
  /** An input that holds the value at the start of an iteration. */
  readonly current: Value;
  /** The value at its end. */
  readonly next: Value;
}

/**
 * A step's batch cut into microbatches, so that the tensors at work at a time stay in the
 * processor's caches. Each computes terms by itself; all else follows from the sums of these.
 */
export interface Microbatches {
  /** The dimension of the examples: step inputs that have it as their first axis are cut. */
  readonly dimension: string;
  /** Examples in a microbatch; the last may have fewer. */
  readonly size: number;
  /** Microbatches of most steps; none has more. */
  readonly count: number;
  /** A scalar input that stands for a microbatch's share of the step's examples. */
  readonly share: Value;
  /** Terms that each computes, and inputs that stand for their sums over the microbatches. */
  readonly sums: readonly { readonly term: Value; readonly total: Value }[];
}

/**
 * A program that repeats one step. Its model has these inputs, by name:
 * `iterations`, an int64 scalar from 1; each carried value; each step input with a leading axis of
 * as many entries as there are iterations; each invariant input. Its outputs are the carried values after
 * the last iteration under `<name>.next`, and the step outputs with a leading axis.
 */
export interface LoopProgram {
  readonly carried: readonly Carry[];
  /** Inputs of which every iteration sees its own entry. */
  readonly steps: readonly Value[];
  /** Inputs that are the same in every iteration. */
  readonly invariant: readonly Value[];
  /** Values that each iteration puts out. */
  readonly outputs: Values;
  /** Microbatches, with which carried values and outputs depend on the examples by the sums alone. */
  readonly microbatches?: Microbatches;
}

/** The name of an input. */
export function inputName(value: Value): string {
  return value.operation.attributes.name as string;
}

/** The name under which a loop's model puts out a carried value. */
export function nextName({ current }: Carry): string {
  return `${inputName(current)}.next`;
}

/** Values by their names. */
export function named(names: readonly string[], values: readonly Value[]): Values {
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}

/** Inputs of a step with the examples as their first axis, by name: each microbatch sees its own rows. */
export function examplesOf({ steps, microbatches }: LoopProgram): ReadonlySet<string> {
  const hasExamples = ({ shape }: Value) => shape[0] === microbatches?.dimension;
  return new Set(microbatches ? steps.filter(hasExamples).map(inputName) : []);
}

/** The inputs of one step: its carried values, and those that are fed. */
export function stepInputs({ carried, steps, invariant }: LoopProgram): Value[] {
  return [...carried.map(({ current }) => current), ...steps, ...invariant];
}

/** All that a repeated step computes: carried values, the terms of its microbatches' sums, outputs. */
export function resultsOf({ carried, microbatches, outputs }: LoopProgram): Value[] {
  const terms = microbatches?.sums.map(({ term }) => term) ?? [];
  return [...carried.map(({ next }) => next), ...terms, ...Object.values(outputs)];
}

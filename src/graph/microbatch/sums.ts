import { add } from '../operators/index.js';
import { elementCount, input, type Operation, Value } from '../value.js';
import { ValueMap } from '../value-map.js';
import { type Declared, type Dependence, dependencesOf } from './mean.js';

/** The number with which sums over microbatches begin, as the runtime's loop begins them. */
export const zero = input('microbatch/zero', []);

/**
 * The number of the microbatch with which the second half begins. Each half is summed up in its order, and then both:
 * so two ranks, which have a half each, come to the bits of one process.
 */
export const secondHalf = (count: number): number => Math.ceil(count / 2);

/** The halves of what microbatches give; the second is empty where there is one microbatch. */
export function halvesOf<T>(terms: readonly T[]): T[][] {
  const middle = secondHalf(terms.length);
  return [terms.slice(0, middle), terms.slice(middle)];
}

/** The sum of microbatches' terms. */
export function sumOf(terms: readonly Value[]): Value {
  const halves = halvesOf(terms).filter(({ length }) => length > 0);
  return halves.map((half) => [zero, ...half].reduce(add)).reduce(add);
}

/** A value that microbatches compute each for themselves. */
export interface Part {
  readonly value: Value;
  /** True where the whole is the mean of the microbatches' values, weighted by their examples, and not the sum. */
  readonly isMean: boolean;
}

/** Values taken apart: what examples add up to, and all that follows from it. */
export interface Parted {
  /** Means and sums over the examples. */
  readonly parts: readonly Part[];
  /** Numbers that the parts have together. */
  readonly size: number;
  /** The values again, made of other values in the place of the parts. */
  madeOf(wholes: readonly Value[]): Value[];
}

/** Tells whether a dependence is one of parts. A value that does not depend on examples is its own mean. */
const isPart = (dependence: Dependence | undefined) =>
  dependence === 'mean' || dependence === 'sum' || dependence === 'fixed';

/** Finds the parts of values. @returns undefined where one depends on examples in another way */
function partsOf(
  values: readonly Value[],
  known: ReadonlyMap<Operation, Dependence | undefined>,
): Value[] | undefined {
  const parts: Value[] = [];
  const seen = new ValueMap<true>();
  const isTold = (value: Value, isGiven: boolean): boolean => {
    if (seen.has(value)) return true;
    const { operation } = value;
    const dependence = known.get(operation);
    if (dependence === 'fixed' && !isGiven) return true;
    seen.set(value, true);
    if (isPart(dependence)) {
      parts.push(value);
      return true;
    }
    const used = operation.type === 'Identity' ? operation.inputs.slice(0, 1) : operation.inputs;
    return (
      dependence === undefined &&
      used.length > 0 &&
      used.every((each) => !each || isTold(each, false))
    );
  };
  return values.every((value) => isTold(value, true)) ? parts : undefined;
}

/** Values made of others in the place of some. */
function exchanged(
  values: readonly Value[],
  parts: readonly Value[],
  wholes: readonly Value[],
): Value[] {
  const done = new ValueMap<Value>();
  parts.forEach((part, i) => {
    done.set(part, wholes[i]!);
  });
  const made = new Map<Operation, Operation>();
  const of = (value: Value): Value => {
    const found = done.get(value);
    if (found) return found;
    const { operation, index } = value;
    const inputs = operation.inputs.map((each) => each && of(each));
    const isSame = inputs.every((each, i) => each === operation.inputs[i]);
    const own = made.get(operation) ?? (isSame ? operation : { ...operation, inputs });
    made.set(operation, own);
    const other = isSame ? value : new Value(own, index);
    done.set(value, other);
    return other;
  };
  return values.map(of);
}

/**
 * Takes values apart into means and sums over a batch, and all that follows from these: a step then needs the examples
 * for nothing else.
 * @param symbol the dimension of the batch
 * @param declared values whose dependence is told
 * @returns undefined where that could not be told of all
 */
export function partedOver(
  values: readonly Value[],
  symbol: string,
  declared: Declared = {},
): Parted | undefined {
  const known = dependencesOf(values, symbol, declared);
  const found = partsOf(values, known);
  if (!found) return undefined;
  const sizes = found.map(({ shape }) => elementCount(shape.map(Number)));
  return {
    parts: found.map((value) => ({ value, isMean: known.get(value.operation) !== 'sum' })),
    size: sizes.reduce((sum, each) => sum + each, 0),
    madeOf: (wholes) => exchanged(values, found, wholes),
  };
}

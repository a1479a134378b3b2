import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../../base/errors.js';
import { fillUniform, permutation, randomStream } from '../../../base/random.js';
import type { Dataset, Factor } from '../../../data/dataset.js';

/** Codes of examples, and the levels of the factors that these were made from. */
export interface Factored {
  readonly count: number;
  /** The code of each example, by latent. */
  readonly codes: readonly Float32Array[];
  /** The level of each example, by factor; each factor has more than one. */
  readonly levels: readonly Int32Array[];
  /** The names of the factors. */
  readonly names: readonly string[];
}

/** The qualities that data was made from. @throws UserError when they are not known */
function knownFactors({ name, factors }: Dataset): readonly Factor[] {
  if (factors) return factors;
  throw new UserError(
    `${name}: the factors that its examples were made from are not known. Judge disentanglement on data with factors, such as datasets.sprites().`,
  );
}

/** Column `j` of rows [N, width]. */
function columnOf(values: Float32Array, width: number, j: number): Float32Array {
  return Float32Array.from({ length: values.length / width }, (_, i) => values[i * width + j]!);
}

/**
 * Codes beside the levels of their examples.
 * @param codes float32 [N, ...latent]: of the first N examples of the data, in their order
 * @throws UserError when the factors are not known, or none of them has two levels among the examples
 */
export function factoredOf({ data: values, dims }: Tensor, data: Dataset): Factored {
  const [count] = dims as readonly [number];
  const width = values.length / count;
  const factors = knownFactors(data).map(({ name, level }) => ({
    name,
    levels: Int32Array.from({ length: count }, (_, i) => level(i)),
  }));
  // A factor that has one level among these examples is none.
  const varied = factors.filter(({ levels }) => levels.some((level) => level !== levels[0]));
  if (varied.length === 0) {
    throw new UserError(
      `${data.name}: no factor has two levels among ${count} examples. Judge by more of them.`,
    );
  }
  return {
    count,
    codes: Array.from({ length: width }, (_, j) => columnOf(values as Float32Array, width, j)),
    levels: varied.map(({ levels }) => levels),
    names: varied.map(({ name }) => name),
  };
}

/** Some of the examples. */
export function examplesAt(all: Factored, places: Uint32Array): Factored {
  const take = <T extends Float32Array | Int32Array>(values: T): T =>
    values.constructor === Float32Array
      ? (Float32Array.from(places, (i) => values[i]!) as T)
      : (Int32Array.from(places, (i) => values[i]!) as T);
  return {
    ...all,
    count: places.length,
    codes: all.codes.map(take),
    levels: all.levels.map(take),
  };
}

/** Two thirds of the examples to learn from, and the rest to be tested by. */
export function trainAndTest(
  all: Factored,
  seed: number,
): { readonly train: Factored; readonly test: Factored } {
  const order = permutation(randomStream(seed, 'train and test'), all.count);
  const middle = Math.ceil((2 * all.count) / 3);
  return {
    train: examplesAt(all, order.subarray(0, middle)),
    test: examplesAt(all, order.subarray(middle)),
  };
}

/** Options for drawing votes; a classifier learns from them and is tested by them. */
export interface VoteOptions {
  /** Decides which examples are compared; 0 when left out. */
  readonly seed?: number;
  /** Numbers of votes; 10,000 and 5000 when left out, as in disentanglement_lib. */
  readonly votes?: { readonly train: number; readonly test: number };
  /** Examples of a vote, or pairs of them; 64 when left out. */
  readonly batchSize?: number;
}

/** The options of votes with their defaults. */
export const withVoteDefaults = (options: VoteOptions): Required<VoteOptions> => ({
  seed: 0,
  votes: { train: 10_000, test: 5000 },
  batchSize: 64,
  ...options,
});

/** Numbers from 0 to under 1 of each of so many votes. The array is good until the next is asked for. */
export function* numbersOfVotes(
  { seed, name, width }: { readonly seed: number; readonly name: string; readonly width: number },
  votes: number,
): Generator<Float32Array> {
  const numbers = new Float32Array(width);
  for (let vote = 0; vote < votes; vote++) {
    fillUniform(randomStream(seed, name, vote), numbers);
    yield numbers;
  }
}

export const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
};

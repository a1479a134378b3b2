import type { z } from 'zod';
import { validate } from '../../base/settings/validate.js';
import type { InputDescription } from '../../data/input.js';
import type { Value } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';

/**
 * The values that p(x | z) is about:
 * - `binary`: 0 and 1; grays are taken for probabilities
 * - `bytes`: the 256 levels of 8 bits, from 0 to 1
 * - `levels`: fewer levels, to which values are rounded
 * - `unit`: all numbers of [0, 1], by density
 * - `real`: all numbers, by density
 * - `columns`: values of a table, by column
 * - `none`: there is no distribution, so the error is not in nats
 */
export type Support = 'binary' | 'bytes' | 'levels' | 'unit' | 'real' | 'columns' | 'none';

/** The functions of a likelihood. Its parameters come from the decoder, and trained ones from the scope. */
interface LikelihoodFunctions {
  readonly support: Support;
  /**
   * −log p(x | z) in nats, summed over each example: [batch].
   * @param x float images [batch, C, ...]
   * @param parameters the decoder's output [batch, k·C, ...]
   */
  negativeLogLikelihood(x: Value, parameters: Value, scope: Scope): Value;
  /** The mean of p(x | z), [batch, C, ...], which a decoded image shows. */
  mean(parameters: Value, scope: Scope): Value;
  /** A draw from p(x | z), [batch, C, ...]; missing where there is no distribution. */
  draw?(parameters: Value, scope: Scope): Value;
  /** Nats −log p(x | z) of each value of a table, 0 where it is missing: [batch, columns]. */
  columnNats?(x: Value, parameters: Value, scope: Scope): Value;
  /**
   * Expectations of p(x | z), for tables: the mean of a number, the probability of each category.
   * [batch, all], a column's at its place in `expectedPlaces`.
   */
  expected?(parameters: Value, scope: Scope): Value;
}

/**
 * The functions of a kind, with the decoder's output that they take:
 * - `parametersPerValue`: k numbers for each value of x, [C, ...]: the output is [batch, k·C, ...], the C
 *   channels of the first number before the second's
 * - `parameterShape`: the shape of the output for an example
 */
type KindFunctions = LikelihoodFunctions &
  ({ readonly parametersPerValue: number } | { readonly parameterShape: readonly number[] });

/** p(x | z): how the decoder's output describes images. */
export interface Likelihood extends LikelihoodFunctions {
  readonly type: string;
  /** The options that `type` is built from, as in `config.json`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The shape of the decoder's output for an example. */
  readonly parameterShape: readonly number[];
}

/** A kind of likelihood that options and config files can name. */
export interface LikelihoodKind<Schema extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  readonly schema: Schema;
  /** @throws UserError when an option is wrong, or examples are none that it can describe */
  create(options: unknown, input: InputDescription): Likelihood;
}

/** Describes a kind of likelihood once: its name, its options and its functions. */
export function defineLikelihood<Schema extends z.ZodObject>(
  type: string,
  schema: Schema,
  build: (options: z.output<Schema>, input: InputDescription) => KindFunctions,
): LikelihoodKind<Schema> {
  return {
    type,
    schema,
    create(given, input) {
      const options = validate(schema, given, type);
      const functions = build(options, input);
      const parameterShape =
        'parameterShape' in functions
          ? functions.parameterShape
          : perValue(functions.parametersPerValue, input.shape);
      return { type, options, ...functions, parameterShape };
    },
  };
}

/** The shape of k numbers for each value of an example. */
function perValue(k: number, [channels = 1, ...inner]: readonly number[]): readonly number[] {
  return [k * channels, ...inner];
}

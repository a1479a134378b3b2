import type { ColumnKind } from '../../../data/column.js';
import type { Value } from '../../../graph/index.js';
import type { Initializer } from '../../../nn/index.js';

/** Columns of one likelihood, side by side: n of them. */
export interface ColumnGroup {
  /** Number of columns: n. */
  readonly columns: number;
  /** Number of categories of each; 0 where they have none. */
  readonly categories: number;
  /** A tensor that the training data decided, [n, ...]; by its name in `statistics`. */
  statistic(name: string): Value;
  /**
   * A trained tensor of the group, [n, ...inner].
   * @param inner its shape for one column
   */
  parameter(name: string, inner: readonly number[], initializer: Initializer): Value;
  /** Noise of a shape, such as [batch, n]. */
  normal(shape: Value['shape']): Value;
  uniform(shape: Value['shape']): Value;
}

/**
 * p(x | z) of columns of a table, n of them at once. Values are as the table has them, not scaled; the
 * statistics of the training data bring a decoder that gives zeros to each column's own distribution.
 */
export interface ColumnLikelihood {
  readonly type: string;
  /** The name for people. */
  readonly title: string;
  /** The kinds of columns that it can describe. */
  readonly kinds: readonly ColumnKind[];
  /** Tells how many numbers k the decoder gives for each column. */
  parametersPerColumn(categories: number): number;
  /** The shape that each statistic has for one column, by name. */
  statistics(categories: number): Readonly<Record<string, readonly number[]>>;
  /**
   * The statistics of one column.
   * @param values of the training data, at least one; none is NaN
   * @param resolution the smallest step between values as they are written: 0.01 for two decimals
   * @throws UserError when the likelihood cannot describe them, such as a Poisson negative ones
   */
  fit(
    values: Float32Array,
    categories: number,
    resolution: number,
  ): Readonly<Record<string, ArrayLike<number>>>;
  /**
   * −log p(x | z) in nats of each value: [batch, n]. Densities are over the values themselves, not scaled ones.
   * @param x [batch, n]; where a value is missing, one that stands for it
   * @param parameters [batch, n, k]
   */
  negativeLogLikelihood(x: Value, parameters: Value, group: ColumnGroup): Value;
  /** The value to show of p(x | z): the mean, or the place of the likeliest category. [batch, n] */
  typical(parameters: Value, group: ColumnGroup): Value;
  /** Probability of each category, for likelihoods of categories: [batch, n, categories]. */
  probabilities?(parameters: Value, group: ColumnGroup): Value;
  /** A draw of p(x | z): [batch, n]. */
  draw(parameters: Value, group: ColumnGroup): Value;
}

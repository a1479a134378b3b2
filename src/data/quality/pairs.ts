import { categoryCount } from '../column.js';
import { type ColumnValues, isDiscrete, rangeOf } from './rows.js';

/** Score for how alike two columns depend on each other in real and synthetic rows. */
export interface PairTrend {
  readonly columns: readonly [first: string, second: string];
  readonly metric: 'CorrelationSimilarity' | 'ContingencySimilarity';
  /** Score from 0 to 1; null where it is not defined, as where a column has one value. */
  readonly score: number | null;
  /** Dependence of the columns on each other in real rows: Pearson's r, or Cramér's V. */
  readonly real: number | null;
  /** Pearson's r in synthetic rows; null for contingency. */
  readonly synthetic: number | null;
  /** Tells whether they depend on each other enough for the pair to count. */
  readonly counts: boolean;
}

/**
 * Bounds that a pair's |r| or V in real rows must exceed to count, as in SDMetrics' QualityReport: the mean of
 * pairs that have nothing to do with each other tells little.
 */
export const pairThresholds = { correlation: 0.5, association: 0.3 } as const;

/** Bins of a column of numbers beside one of categories. */
const bins = 10;

/** A column's values as whole numbers from 0 to under `levels`. */
interface Levels {
  readonly codes: Uint32Array;
  readonly levels: number;
}

/** A column made ready for pairs with others. */
export interface PairColumn {
  readonly values: ColumnValues;
  readonly discrete: boolean;
  readonly real: Levels;
  readonly synthetic: Levels;
  /** Tells whether real and synthetic rows both hold more than one value. */
  readonly varies: boolean;
}

/** Places of categories, and one more for missing values. */
function categoryLevels(values: Float64Array, categories: number): Levels {
  return {
    codes: Uint32Array.from(values, (value) => (Number.isNaN(value) ? categories : value)),
    levels: categories + 1,
  };
}

/**
 * Bins of equal width over the range of the values themselves, as SDMetrics' column pair trends make
 * them of each table: `numpy.histogram_bin_edges`, then `numpy.digitize`, by which the largest value
 * and missing values share a bin of their own.
 */
function binLevels(values: Float64Array): Levels {
  let [least, most] = rangeOf(values);
  if (least === most) [least, most] = [least - 0.5, most + 0.5];
  const step = (most - least) / bins;
  const edge = (i: number) => (i === bins ? most : i * step + least);
  const codes = Uint32Array.from(values, (value) => {
    if (!(value < most)) return bins;
    // The quotient may round to a neighbour; edges decide.
    let bin = Math.min(bins - 1, Math.max(0, Math.floor((value - least) / step)));
    while (bin + 1 < bins && value >= edge(bin + 1)) bin++;
    while (bin > 0 && value < edge(bin)) bin--;
    return bin;
  });
  return { codes, levels: bins + 1 };
}

const hasOneValue = (values: Float64Array) => {
  const [least, most] = rangeOf(values);
  return least === most;
};

/** A column made ready for pairs. */
export function pairColumn(values: ColumnValues): PairColumn {
  const { column, real, synthetic } = values;
  const discrete = isDiscrete(column);
  const levels = (of: Float64Array) =>
    discrete ? categoryLevels(of, categoryCount(column)) : binLevels(of);
  const varies = !hasOneValue(real) && !hasOneValue(synthetic);
  return { values, discrete, real: levels(real), synthetic: levels(synthetic), varies };
}

/**
 * Pearson's correlation coefficient of the rows in which both values are there.
 * @returns null where it is not defined
 */
function correlation(a: Float64Array, b: Float64Array): number | null {
  let [count, meanA, meanB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]! + b[i]!)) continue;
    count++;
    meanA += a[i]!;
    meanB += b[i]!;
  }
  meanA /= count;
  meanB /= count;
  let [together, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]! + b[i]!)) continue;
    const [x, y] = [a[i]! - meanA, b[i]! - meanB];
    together += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  const r = together / Math.sqrt(squareA * squareB);
  return count > 1 && Number.isFinite(r) ? Math.max(-1, Math.min(1, r)) : null;
}

/** Counts the rows that hold each pair of levels, by a · (levels of b) + b. */
function contingency(a: Levels, b: Levels): Float64Array {
  const counts = new Float64Array(a.levels * b.levels);
  for (let i = 0; i < a.codes.length; i++) counts[a.codes[i]! * b.levels + b.codes[i]!]! += 1;
  return counts;
}

/**
 * Cramér's V of a table of counts, without a correction: Cramér, "Mathematical Methods of Statistics"
 * (1946), 21.9.
 * @param counts shape [rows, columns]; rows and columns without a count are left out
 * @returns from 0 to 1; null where a column has one value
 */
function cramersV(counts: Float64Array, columns: number): number | null {
  const rows = counts.length / columns;
  const [sums, others] = [new Float64Array(rows), new Float64Array(columns)];
  counts.forEach((count, i) => {
    sums[Math.floor(i / columns)]! += count;
    others[i % columns]! += count;
  });
  const smaller = Math.min(sums.filter(Boolean).length, others.filter(Boolean).length);
  if (smaller < 2) return null;
  let ratio = 0;
  counts.forEach((count, i) => {
    if (count > 0) ratio += count ** 2 / (sums[Math.floor(i / columns)]! * others[i % columns]!);
  });
  // χ² / n = Σ n_ij² / (n_i n_j) − 1.
  return Math.sqrt(Math.max(0, ratio - 1) / (smaller - 1));
}

/** 1 less half the difference of two correlations: SDMetrics' CorrelationSimilarity. */
function correlationTrend(a: PairColumn, b: PairColumn): PairTrend {
  const [real, synthetic] =
    a.varies && b.varies
      ? [
          correlation(a.values.real, b.values.real),
          correlation(a.values.synthetic, b.values.synthetic),
        ]
      : [null, null];
  return {
    columns: [a.values.column.name, b.values.column.name],
    metric: 'CorrelationSimilarity',
    score: real === null || synthetic === null ? null : 1 - Math.abs(real - synthetic) / 2,
    real,
    synthetic,
    counts: real !== null && Math.abs(real) > pairThresholds.correlation,
  };
}

/**
 * 1 less the total variation distance of the shares of pairs of values; missing values count as one
 * value more: SDMetrics' ContingencySimilarity.
 */
function contingencyTrend(a: PairColumn, b: PairColumn): PairTrend {
  const real = contingency(a.real, b.real);
  const synthetic = contingency(a.synthetic, b.synthetic);
  const [inReal, inSynthetic] = [a.real.codes.length, a.synthetic.codes.length];
  let distance = 0;
  for (let i = 0; i < real.length; i++) {
    distance += Math.abs(real[i]! / inReal - synthetic[i]! / inSynthetic);
  }
  const association = cramersV(real, b.real.levels);
  return {
    columns: [a.values.column.name, b.values.column.name],
    metric: 'ContingencySimilarity',
    score: 1 - distance / 2,
    real: association,
    synthetic: null,
    counts: association !== null && association > pairThresholds.association,
  };
}

/** The trend of one pair: correlation of two columns of numbers or dates, contingency of others. */
export function pairTrend(a: PairColumn, b: PairColumn): PairTrend {
  return a.discrete || b.discrete ? contingencyTrend(a, b) : correlationTrend(a, b);
}

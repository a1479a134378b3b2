import { type ColumnValues, isDiscrete, missingShare, present, rangeOf } from './rows.js';

/** Score for how much of a column's real values synthetic rows reach. */
export interface CoverageScore {
  readonly column: string;
  readonly metric: 'RangeCoverage' | 'CategoryCoverage';
  /** Score from 0 to 1; null where a column has one value or none. */
  readonly score: number | null;
}

/** Score for how many of a column's synthetic values lie between the least and the most of the real ones. */
export interface BoundaryScore {
  readonly column: string;
  readonly metric: 'BoundaryAdherence';
  /** Score from 0 to 1; null where a column has no values. */
  readonly score: number | null;
}

/** Score for how alike the share of missing values is in real and synthetic rows. */
export interface MissingScore {
  readonly column: string;
  readonly metric: 'MissingValueSimilarity';
  readonly score: number;
  /** Shares of the rows, from 0 to 1. */
  readonly real: number;
  readonly synthetic: number;
}

/**
 * The part of the real values' range that lies within the synthetic values' range. SDMetrics'
 * RangeCoverage.
 */
function rangeCoverage(real: Float64Array, synthetic: Float64Array): number | null {
  const [least, most] = rangeOf(real);
  const [lower, upper] = rangeOf(synthetic);
  if (!(least < most) || lower > upper) return null;
  const below = Math.max((lower - least) / (most - least), 0);
  const above = Math.max((most - upper) / (most - least), 0);
  return Math.max(1 - (below + above), 0);
}

/** The share of the real categories that occur in synthetic rows. SDMetrics' CategoryCoverage. */
function categoryCoverage(real: Float64Array, synthetic: Float64Array): number | null {
  const categories = new Set(present(real));
  const found = new Set(present(synthetic));
  if (categories.size === 0) return null;
  return [...categories].filter((place) => found.has(place)).length / categories.size;
}

/**
 * The share of synthetic values within the range of the real ones. A value that is missing counts as
 * outside where no real one is missing, and not at all otherwise. SDMetrics' BoundaryAdherence.
 */
function boundaryAdherence(real: Float64Array, synthetic: Float64Array): number | null {
  const [least, most] = rangeOf(real);
  const values = present(synthetic);
  if (least > most || values.length === 0) return null;
  const mayLack = real.some(Number.isNaN);
  const within = values.reduce((sum, value) => sum + (value >= least && value <= most ? 1 : 0), 0);
  return within / (mayLack ? values.length : synthetic.length);
}

/** Coverage of one column: CategoryCoverage of categories, RangeCoverage of numbers and dates. */
export function columnCoverage({ column, real, synthetic }: ColumnValues): CoverageScore {
  return isDiscrete(column)
    ? { column: column.name, metric: 'CategoryCoverage', score: categoryCoverage(real, synthetic) }
    : { column: column.name, metric: 'RangeCoverage', score: rangeCoverage(real, synthetic) };
}

/** The boundaries of one column of numbers or dates. */
export function columnBoundary({ column, real, synthetic }: ColumnValues): BoundaryScore {
  const score = boundaryAdherence(real, synthetic);
  return { column: column.name, metric: 'BoundaryAdherence', score };
}

/** Missing values of one column: 1 less the difference of their shares. SDMetrics' MissingValueSimilarity. */
export function columnMissing(values: ColumnValues): MissingScore {
  const [real, synthetic] = [missingShare(values.real), missingShare(values.synthetic)];
  return {
    column: values.column.name,
    metric: 'MissingValueSimilarity',
    score: 1 - Math.abs(real - synthetic),
    real,
    synthetic,
  };
}

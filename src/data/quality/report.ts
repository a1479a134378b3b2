import { permutation, randomStream } from '../../base/random.js';
import {
  type BoundaryScore,
  type CoverageScore,
  columnBoundary,
  columnCoverage,
  columnMissing,
  type MissingScore,
} from './coverage.js';
import { mostNewRows, type NewRows, newRows } from './new-rows.js';
import { paced } from './pace.js';
import { type PairTrend, pairColumn, pairThresholds, pairTrend } from './pairs.js';
import { type Privacy, privacyOf } from './privacy.js';
import {
  byColumn,
  type ColumnValues,
  checkRows,
  isDiscrete,
  meanScore,
  type QualityRows,
  rowCount,
  rowsAt,
} from './rows.js';
import { columnShape, type ShapeScore } from './shapes.js';
import { targetPlace, type Usefulness, usefulnessOf } from './usefulness.js';

/** Scores of columns, and their mean. */
export interface ColumnScores<T> {
  /** The mean of the columns' scores; null where there is none. */
  readonly score: number | null;
  readonly columns: readonly T[];
}

/**
 * Tells how good synthetic rows are beside the real ones, by the measures of SDMetrics and under their
 * names. Every score is from 0 to 1, and more is better. Plain data: it is the JSON of a report as it
 * stands.
 */
export interface QualityReport {
  /** Rows that were compared. */
  readonly rows: { readonly real: number; readonly synthetic: number; readonly heldOut: number };
  /** The mean of the scores of column shapes and of column pair trends: SDMetrics' overall score. */
  readonly score: number | null;
  readonly columnShapes: ColumnScores<ShapeScore>;
  readonly columnPairTrends: {
    /** The mean of the pairs that count; null where none does. */
    readonly score: number | null;
    /** The mean of all pairs. */
    readonly allPairs: number | null;
    readonly thresholds: typeof pairThresholds;
    readonly pairs: readonly PairTrend[];
  };
  readonly coverage: ColumnScores<CoverageScore>;
  readonly boundaries: ColumnScores<BoundaryScore>;
  readonly missingValues: ColumnScores<MissingScore>;
  readonly newRows: NewRows;
  readonly privacy: Privacy;
  /** Left out where no target was given. */
  readonly usefulness?: Usefulness;
}

export interface QualityOptions {
  /** A column that a classifier or regressor predicts, trained on synthetic rows and tested on real ones. */
  readonly target?: string | undefined;
  /** Decides which rows are chosen where not all are compared, and random rows (default 0). */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

function scoresOf<T extends { readonly score: number | null }>(
  columns: readonly T[],
): ColumnScores<T> {
  return { score: meanScore(columns.map(({ score }) => score)), columns };
}

/** Pair trends of all pairs of columns. */
async function pairTrends(
  columns: readonly ColumnValues[],
  pace: () => Promise<void>,
): Promise<QualityReport['columnPairTrends']> {
  const ready = columns.map(pairColumn);
  const pairs: PairTrend[] = [];
  for (const [i, first] of ready.entries()) {
    for (const second of ready.slice(i + 1)) {
      await pace();
      pairs.push(pairTrend(first, second));
    }
  }
  return {
    score: meanScore(pairs.filter(({ counts }) => counts).map(({ score }) => score)),
    allPairs: meanScore(pairs.map(({ score }) => score)),
    thresholds: pairThresholds,
    pairs,
  };
}

/** The rows, with no more synthetic ones than are looked at for copies. */
function forNewRows(rows: QualityRows, seed: number): QualityRows {
  const { columns, synthetic } = rows;
  const count = rowCount(synthetic, columns);
  if (count <= mostNewRows) return rows;
  const places = permutation(randomStream(seed, 'new rows'), count).subarray(0, mostNewRows);
  return { ...rows, synthetic: rowsAt(synthetic, columns.length, places) };
}

/**
 * Measures how good synthetic rows are: column shapes, column pair trends, coverage, boundaries, missing
 * values, new rows, distances to the closest record and, for a target, how well it is learnt from them.
 *
 * Rows are compared as examples hold them, so rare categories that share a place are one. All rows count
 * for columns and pairs; of many, some are chosen for copies (10,000), for distances (five times 1,000 of
 * each kind) and for the target (10,000).
 * @param rows real, synthetic and held-out rows, as examples of a table hold them
 * @throws UserError when there are no rows, or when the target is no learnt column; the signal's reason
 *   once it is aborted
 */
export async function measureQuality(
  rows: QualityRows,
  { target, seed = 0, signal }: QualityOptions = {},
): Promise<QualityReport> {
  checkRows(rows);
  if (target !== undefined) targetPlace(rows.columns, target);
  const pace = paced(signal);
  const { columns: described, real, synthetic, heldOut } = rows;
  const columns = byColumn(rows);
  const each = async <T>(of: (values: ColumnValues) => T, chosen = columns): Promise<T[]> => {
    const scores: T[] = [];
    for (const values of chosen) {
      await pace();
      scores.push(of(values));
    }
    return scores;
  };
  const columnShapes = scoresOf(await each(columnShape));
  const columnPairTrends = await pairTrends(columns, pace);
  const ofNumbers = columns.filter(({ column }) => !isDiscrete(column));
  return {
    rows: {
      real: rowCount(real, described),
      synthetic: rowCount(synthetic, described),
      heldOut: heldOut ? rowCount(heldOut, described) : 0,
    },
    score: meanScore([columnShapes.score, columnPairTrends.score]),
    columnShapes,
    columnPairTrends,
    coverage: scoresOf(await each(columnCoverage)),
    boundaries: scoresOf(await each(columnBoundary, ofNumbers)),
    missingValues: scoresOf(await each(columnMissing)),
    newRows: await newRows(forNewRows(rows, seed), pace),
    privacy: await privacyOf(rows, seed, pace),
    ...(target === undefined ? {} : { usefulness: await usefulnessOf(rows, target, seed, pace) }),
  };
}

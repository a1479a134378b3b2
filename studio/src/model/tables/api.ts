import type { ProxyMarked } from 'comlink';
import type { QualityReport } from '../../../../src/data/quality/index.js';
import type { Marginal } from '../../../../src/data/quality/marginals.js';
import type { ColumnGaps } from '../../../../src/data/tables/columns/kept-cells.js';
import type { TableEnding } from '../../../../src/data/tables/columns/table-files.js';
import type { DataName, Part } from '../../data/info.js';
import type { Numbers } from '../numbers.js';

/** Rows as texts of all columns of the table, in its order; empty where there is no value. */
export type Cells = readonly (readonly string[])[];

/** Rows of data beside a model's reconstructions. */
export interface LookedAt {
  readonly cells: Cells;
  /** The name of each row: its ids, or else its origin. */
  readonly from: readonly string[];
  /** The reconstruction of each. */
  readonly made: Cells;
  /** The nats of each cell over its column's usual ones; 0 where nothing is learnt or there. */
  readonly odd: readonly (readonly number[])[];
}

/** Rows from `start` to before `end`, and the draws of the posterior that each is scored by. */
export interface ScoredRange {
  readonly start: number;
  readonly end: number;
  readonly draws: number;
}

/** Scores of rows, in nats. */
export interface RowScores {
  /** [N]. */
  readonly values: Float32Array;
  /** The nats of each value, [N · F]; 0 where it is missing. */
  readonly columns: Float32Array;
}

/** A row whose gaps are filled. */
export interface FilledRow {
  readonly from: string;
  readonly cells: readonly string[];
  /** Tells whether each cell was a gap. */
  readonly filled: readonly boolean[];
}

/** Rows whose gaps are filled. */
export interface Filled {
  /** [N, F]. */
  readonly values: Numbers;
  /** The gaps of each column that had some. */
  readonly gaps: readonly ColumnGaps[];
  /** The first rows that had gaps. */
  readonly first: readonly FilledRow[];
}

/** Options for filling gaps. */
export interface FillOptions {
  /** The likeliest values, or a draw of them: one of several imputations. */
  readonly how: 'best' | 'draw';
  readonly seed: number;
}

/** Source of rows that are written: names and cells are then as they were there. */
export interface RowSource {
  readonly data: DataName;
  readonly part: Part;
}

/** A report of quality, with the bars that go with it. */
export interface Quality {
  readonly report: QualityReport;
  readonly marginals: readonly Marginal[];
}

/** The work of the worker for open models of tables. Models are named by the ids of their runs. */
export interface TableService extends ProxyMarked {
  /** The texts of rows of values, [N, F]. */
  cells(id: string, values: Numbers): Promise<Cells>;
  /** Rows of a part of data, by their places in it. */
  look(id: string, source: RowSource, places: ArrayLike<number>): Promise<LookedAt>;
  /** The texts of one row of data. */
  row(id: string, source: RowSource, place: number): Promise<readonly string[]>;
  /** Measures how unlikely rows of a part are. */
  score(id: string, source: RowSource, range: ScoredRange): Promise<RowScores>;
  /** All scores of a part as CSV, the rows in a given order. */
  ranking(
    id: string,
    source: RowSource,
    scores: RowScores,
    order: ArrayLike<number>,
  ): Promise<string>;
  /**
   * A part of data with its gaps filled.
   * @param onProgress told of the rows with gaps that are filled, and of all; a proxy
   */
  fill(
    id: string,
    source: RowSource,
    options: FillOptions,
    onProgress: (done: number, total: number) => void,
  ): Promise<Filled>;
  /** Rows of values, [N, F], as a file. */
  file(
    id: string,
    values: Numbers,
    ending: TableEnding,
    source?: RowSource,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The quality of rows that the model draws, beside rows of data.
   * @param isOwn whether it is the data that the run was trained on, of which a part may be held out
   * @param target a column that a classifier predicts
   */
  quality(id: string, data: DataName, isOwn: boolean, target?: string): Promise<Quality>;
}

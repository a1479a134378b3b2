import type { TableColumn } from '../../../src/data/column.js';
import type { OpenOptions } from '../../../src/data/open.js';
import type { LikeOptions, ReadOptions } from '../../../src/data/read-options.js';
import type { ValueSummary } from '../../../src/data/values.js';

/** Notes on how data was read, and why: lines, each with its subject. */
export type CardLines = readonly (readonly [subject: string, text: string])[];

/** The name of data: `mnist`, `fashion-mnist`, or `kept:<id>` for data that the browser keeps. */
export type DataName = string;

/** Facts of data by which a training on it is planned. */
export interface DataFacts {
  /** Shape of one example. */
  readonly shape: readonly number[];
  /** Number of examples to train on. */
  readonly size: number;
  /** True where other examples are kept from training. */
  readonly hasTest?: boolean | undefined;
  /** Number of classes of labels; absent where there are none. */
  readonly classes?: number | undefined;
  /** A summary of a sample's values, for real ones. */
  readonly values?: ValueSummary | undefined;
  /** All columns of a table that was read column by column. */
  readonly table?: readonly TableColumn[] | undefined;
}

export type Part = 'train' | 'test';

export interface PartInfo {
  readonly size: number;
  readonly hasLabels: boolean;
}

export interface DataInfo {
  readonly data: DataName;
  readonly title: string;
  /** Shape of one example: [channels, height, width] for images. */
  readonly shape: readonly number[];
  readonly train: PartInfo;
  /** Absent when no images are kept from training. */
  readonly test?: PartInfo;
  readonly classNames?: readonly string[];
  /** All columns of a table that was read column by column. */
  readonly table?: readonly TableColumn[];
}

/** Options for turning files into data. */
export interface AddOptions {
  readonly read?: ReadOptions;
  /** Columns of a table that are left out. */
  readonly without?: readonly string[];
  /** The data that this replaces: the same files, read otherwise. */
  readonly replaces?: DataName;
  /** The id of an open model by whose columns a table is read. */
  readonly model?: string;
  /** Tells whether the data stays in the worker: it is looked at, and not kept. */
  readonly isPassing?: boolean;
}

/** Options of reading, and options that no config has. */
export type Reading = ReadOptions & LikeOptions & Pick<OpenOptions, 'signal' | 'onCount'>;

/** Data that was given to the page. */
export interface AddedData extends DataInfo {
  readonly card: CardLines;
  /** A summary of a sample's values, for real ones. */
  readonly values?: ValueSummary | undefined;
  /** Files that could not be read and were left out, each with the reason. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** The reason why the browser does not keep it after the page closes. */
  readonly problem?: string;
}

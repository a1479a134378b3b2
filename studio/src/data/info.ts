import type { ValueSummary } from '../../../src/data/values.js';

/** How data was read, and why: lines, each with its subject. */
export type CardLines = readonly (readonly [subject: string, text: string])[];

/** The name of data: `mnist`, `fashion-mnist`, or `kept:<id>` for data that the browser keeps. */
export type DataName = string;

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
}

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

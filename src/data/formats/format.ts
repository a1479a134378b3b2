import type { Dataset } from '../dataset.js';
import type { ReadingNote } from '../notes.js';
import type { LikeOptions, ReadOptions } from '../read-options.js';
import type { GatherOptions, Skipped } from '../rows/gather.js';

export type { Skipped };

/** Data that was found under a name or path. */
export interface OpenedData {
  /** A short name, fit for a folder's name. */
  readonly name: string;
  readonly train: Dataset;
  /** Examples that training is validated by, when the data sets some apart beside `test`. */
  readonly validation?: Dataset;
  /** Examples that are kept from training, when the data sets some apart. */
  readonly test?: Dataset;
  /** The files and rows that could not be read; absent when all was read. */
  readonly skipped?: readonly Skipped[];
  /** Notes on how it was read, and why. */
  readonly notes?: readonly ReadingNote[];
}

/** A file or folder that is there. */
export interface Place {
  readonly path: string;
  /** The names in a folder; undefined for a file. */
  readonly entries?: readonly string[];
}

/** Options that tell a format how to read. */
export interface FormatOptions extends ReadOptions, LikeOptions, GatherOptions {}

/** Options that apply to tables, and to tables as text. */
export const tableUses = ['rows', 'columns', 'label', 'missing', 'shape', 'layout'] as const;
export const textTableUses = [...tableUses, 'delimiter', 'decimal', 'header'] as const;

/** A way in which data lies in files. */
export interface DataFormat {
  /** The files that it reads, as in 'Give ...'. */
  readonly reads: string;
  /** The options that apply to it. */
  readonly uses: readonly (keyof ReadOptions)[];
  /**
   * The data, or undefined when the place is not of this format.
   * @throws UserError when it is, but cannot be read
   */
  open(place: Place, options: FormatOptions): Promise<OpenedData | undefined>;
}

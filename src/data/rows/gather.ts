import type { Column, IdColumn, TableColumn } from '../column.js';
import type { Dataset } from '../dataset.js';
import type { ReadingNote } from '../notes.js';

/** Data of more bytes than this is kept on disk. */
export const defaultMemoryLimit = 512 * 2 ** 20;

/** A file or row that could not be read and was left out. */
export interface Skipped {
  /** The file, or the row of a table. */
  readonly name: string;
  readonly reason: string;
}

/** Options for gathering examples. */
export interface GatherOptions {
  /** The folder that keeps examples that memory does not; the user's cache folder unless given. */
  readonly cache?: string | undefined;
  /** Most bytes of examples to hold in memory. */
  readonly memoryLimit?: number | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how far pictures are: each is first looked at, then decoded, and counts at both. */
  readonly onCount?: ((done: number, of: number) => void) | undefined;
  /**
   * Size of a sample, to look at data rather than train on it: a format may look at so many examples of
   * each part, spread over it, and read others only when they are asked for. Sizes and labels are of
   * all examples.
   */
  readonly sample?: number | undefined;
}

/** The kind of examples that come. */
export interface Layout {
  readonly shape: readonly number[];
  readonly dtype: 'uint8' | 'float32';
  /** Most examples that may come, if that is known. */
  readonly most?: number;
}

/** Takes examples, one or several at a time, in their order. */
export type AddRows = (values: Uint8Array | Float32Array) => Promise<void>;

/** Origins of examples: their files, or the rows of a table, counted from 1. */
export type Origins = readonly string[] | Uint32Array;

/** A column with the text of each example's cell. */
export interface IdTexts {
  readonly name: string;
  readonly texts: readonly string[];
}

/** Facts of examples, told once all are there. */
export interface Gathered {
  readonly labels?: ArrayLike<number> | undefined;
  readonly classNames?: readonly string[] | undefined;
  readonly columns?: readonly Column[] | undefined;
  readonly table?: readonly TableColumn[] | undefined;
  readonly ids?: readonly IdTexts[] | undefined;
  readonly cells?: readonly IdTexts[] | undefined;
  readonly origins?: Origins | undefined;
  readonly skipped?: readonly Skipped[] | undefined;
  readonly notes?: readonly ReadingNote[] | undefined;
}

/** Examples that were gathered, with how they were read. */
export interface GatheredData {
  readonly dataset: Dataset;
  readonly skipped: readonly Skipped[];
  readonly notes: readonly ReadingNote[];
}

/** The facts of gathered examples that a dataset has too. */
export function datasetOptions(name: string, gathered: Gathered) {
  const { labels, classNames, columns, table, ids, cells, origins } = gathered;
  return {
    name,
    ...(labels ? { labels } : {}),
    ...(classNames ? { classNames } : {}),
    ...(columns ? { columns } : {}),
    ...(table ? { table } : {}),
    ...(ids && ids.length > 0 ? { ids: ids.map(idColumn) } : {}),
    ...(cells && cells.length > 0 ? { cells: cells.map(idColumn) } : {}),
    ...(origins ? { origin: originOf(origins) } : {}),
  };
}

function idColumn({ name, texts }: IdTexts): IdColumn {
  return { name, text: (index) => texts[index] ?? '' };
}

function originOf(origins: Origins): (index: number) => string {
  return origins instanceof Uint32Array
    ? (index) => `row ${origins[index]}`
    : (index) => origins[index]!;
}

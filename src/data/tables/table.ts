import type { ReadingNote } from '../notes.js';
import type { NumberMark } from './numbers.js';

/** The content of a column. */
export type ColumnContent =
  | 'number'
  | 'boolean'
  | 'words'
  /** Numbers, and a few words among them. */
  | 'mixed'
  /** A list of numbers in each cell. */
  | 'list'
  | 'empty'
  /** Things that are no example's values: `type` names them. */
  | 'other';

/** Further facts of a column, for tables whose columns describe themselves. */
export interface ColumnProfile {
  /** Words, with the number of rows that hold each; words such as None too, which are gaps among numbers. */
  readonly words: ReadonlyMap<string, number>;
  /** Tells whether all different words are there. */
  readonly hasAllWords: boolean;
  /** The spellings of true and false, with the number of rows that hold each. */
  readonly truths: ReadonlyMap<string, number>;
  /** The share of words that had not come before. */
  readonly newShare: number;
  /** Numbers, with the number of rows that hold each; undefined when they are too many. */
  readonly numbers: ReadonlyMap<number, number> | undefined;
  /** Digits after the point, at most; undefined when they are as many as a number has. */
  readonly decimals: number | undefined;
  /** Tells whether a column that is named as an id holds each number once. */
  readonly areDistinct: boolean;
  /** Spelling of numbers, in tables of text. */
  readonly spelling?: NumberSpelling | undefined;
}

/** Spelling of the numbers of a column. */
export interface NumberSpelling {
  /** Tells whether some have zeros before them, as in 02134. */
  readonly isPadded: boolean;
  /** Digits after the point that all of the first numbers have. */
  readonly leastDecimals: number;
}

/** A column of a table, as all of its rows show it. */
export interface ColumnFacts {
  readonly name: string;
  readonly kind: ColumnContent;
  /** The type, in words, of a column that holds neither numbers nor words. */
  readonly type?: string | undefined;
  /** Number of cells that hold no value, and the row or line of the first. */
  readonly missing: number;
  readonly firstMissing?: string | undefined;
  /** Number of cells that would hold no label. */
  readonly missingLabels: number;
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  readonly isWhole: boolean;
  /** Tells whether the values count the rows: 0, 1, 2 … or 1, 2, 3 …. */
  readonly isCounting: boolean;
  /** Marks that numbers were written with. */
  readonly marks: readonly NumberMark[];
  /** The first different words of the column, and the place of the very first. */
  readonly words: readonly string[];
  readonly hasMoreWords: boolean;
  readonly firstWord?: string | undefined;
  /** The first number that is not finite, and its place. */
  readonly infinite?: string | undefined;
  /** The shape of every list. */
  readonly shape?: readonly number[] | undefined;
  /** Tells whether the file itself says that it is an index. */
  readonly isIndex?: boolean | undefined;
  /** Tells whether its cells are dates by the file's own types. */
  readonly areDates?: boolean | undefined;
  readonly profile?: ColumnProfile | undefined;
}

/** Facts of a table that a first reading shows. */
export interface TableFacts {
  readonly rows: number;
  readonly columns: readonly ColumnFacts[];
}

/** Rows of a table, one after another. */
export interface TableBlock {
  readonly count: number;
  /** The number of the first row, from 1. */
  readonly first: number;
  /** The number of each row, where others lie between them. */
  readonly rows?: Uint32Array;
  /** Values of the columns asked for, row by row; NaN where there is none. Lists take as many as they hold. */
  readonly values: Float32Array;
  /** The text of each column asked for, one a row. */
  readonly texts: readonly (readonly string[])[];
}

/** A table of rows, whichever file it lies in. */
export interface Table {
  readonly path: string;
  /** Files that it lies in, with sizes and dates, as JSON. */
  readonly key: unknown;
  /** The names of its columns, all different but for '', as far as they are known at once. */
  readonly names: readonly string[];
  /** Notes on how its text was understood. */
  readonly notes: readonly ReadingNote[];
  /** Advice for a table without numbers: the beginning of its text. */
  readonly beginning?: string | undefined;
  /** Class names that the file gives, by column. */
  readonly classNames?: ReadonlyMap<string, readonly string[]> | undefined;
  /** Reads all of it once. @throws UserError when it cannot be read */
  facts(): Promise<TableFacts>;
  /**
   * The rows.
   * @param values places of columns to be read as numbers
   * @param texts places of columns to be read as text
   */
  blocks(values: readonly number[], texts: readonly number[]): AsyncIterable<TableBlock>;
}

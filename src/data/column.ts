/** A column of a table: one value of an example. */
export interface Column {
  readonly name: string;
}

/** A column whose cells are kept as text, such as one that names or numbers the examples. */
export interface IdColumn extends Column {
  /** The text of an example's cell; empty where it has none. */
  readonly text: (index: number) => string;
}

/**
 * The kinds of columns:
 * - `continuous`: numbers of a scale
 * - `count`: whole numbers from 0, as of events
 * - `ordinal`: few values in an order
 * - `binary`: two values
 * - `categorical`: names
 * - `date`: dates, or dates with a time of day
 * - `constant`: one value in all rows; nothing is learnt of it
 * - `id`: names or numbers of the rows; nothing is learnt of them
 */
export const columnKinds = [
  'continuous',
  'count',
  'ordinal',
  'binary',
  'categorical',
  'date',
  'constant',
  'id',
] as const;

export type ColumnKind = (typeof columnKinds)[number];

/** The types in which a table holds a column's values. Dates are text, but in files with a type of their own. */
export const cellTypes = ['number', 'boolean', 'text', 'date'] as const;

export type CellType = (typeof cellTypes)[number];

/** The units of dates' values. */
export const dateUnits = ['day', 'minute', 'second'] as const;

/**
 * A column of a table: how its values are understood, and how they are written. Plain data, by which rows
 * become examples and examples rows. A value that is missing is NaN in an example.
 */
export interface TableColumn extends Column {
  readonly kind: ColumnKind;
  /** The type of its cells. */
  readonly type: CellType;
  /** The share of rows that hold no value, from 0 to 1. */
  readonly missing: number;
  /** The distribution of its values; by its kind when left out. */
  readonly likelihood?: string | undefined;
  /**
   * Words of ordinal, binary and categorical columns: value i of an example stands for the word at place
   * i. Of constant ones the one word.
   */
  readonly categories?: readonly string[] | undefined;
  /**
   * Categories too many or too rare to be learnt one by one, with the number of rows that each had. They
   * share the place after the last of `categories`.
   */
  readonly rare?: Readonly<Record<string, number>> | undefined;
  /** The smallest and the largest value of an example, for continuous, count and date columns. */
  readonly range?: readonly [number, number] | undefined;
  /** Most digits after the point, for continuous columns; absent where they are too many to round to. */
  readonly decimals?: number | undefined;
  /** Digits after the point that every number of a continuous or count column is written with: 1 in `2.0`. */
  readonly leastDecimals?: number | undefined;
  /**
   * Form of dates: how they are written (Day.js tokens: `YYYY-MM-DD`), which moment is 0, and the
   * unit of values.
   */
  readonly date?:
    | {
        readonly format: string;
        /** Milliseconds since 1970, UTC. */
        readonly origin: number;
        readonly unit: (typeof dateUnits)[number];
      }
    | undefined;
  /**
   * Form of ids that have one: UUIDs, or numbers of so many digits behind the same words, as in
   * `C-0042`. Ids of numbers alone have the type number.
   */
  readonly form?: 'uuid' | { readonly prefix: string; readonly digits: number } | undefined;
}

/** Tells whether examples hold a value of a column: something is learnt of it. */
export function isLearnt({ kind }: TableColumn): boolean {
  return kind !== 'constant' && kind !== 'id';
}

/** Counts the values that a column of categories can have, the rare ones together being one; 0 for others. */
export function categoryCount({ categories = [], rare }: TableColumn): number {
  return categories.length === 0 ? 0 : categories.length + (rare ? 1 : 0);
}

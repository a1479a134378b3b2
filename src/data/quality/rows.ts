import { UserError } from '../../base/errors.js';
import { categoryCount, type TableColumn } from '../column.js';

/**
 * Rows of a table to compare, as examples hold them: row by row, a value for each column; places of
 * categories, and NaN where a value is missing.
 */
export interface QualityRows {
  /** The columns of the values, in their order. */
  readonly columns: readonly TableColumn[];
  /** Rows that the model was trained on, shape [N, F]. */
  readonly real: Float32Array;
  /** Rows that the model drew, shape [M, F]. */
  readonly synthetic: Float32Array;
  /** Real rows that the model was not trained on, shape [K, F]. */
  readonly heldOut?: Float32Array | undefined;
}

/** A column's values of each kind of rows, as they are written: decimal numbers have no error of 32 bits. */
export interface ColumnValues {
  readonly column: TableColumn;
  readonly real: Float64Array;
  readonly synthetic: Float64Array;
}

/** Tells whether a column holds places of categories; the others hold numbers or dates. */
export const isDiscrete = (column: TableColumn): boolean => categoryCount(column) > 0;

/** Counts the rows in `values` of so many columns. */
export const rowCount = (values: Float32Array, { length }: readonly TableColumn[]): number =>
  values.length / length;

/** The values of one column. @param width values of a row */
export function valuesOf(rows: Float32Array, width: number, place: number): Float32Array {
  const values = new Float32Array(rows.length / width);
  for (let i = 0, at = place; i < values.length; i++, at += width) values[i] = rows[at]!;
  return values;
}

/** Digits after the point that a value of 32 bits may have. */
const mostDecimals = 12;

/**
 * A column's values as they are written: counts and dates are whole, and 37.6 lies on an edge between
 * bins that 37.59999847, the nearest value of 32 bits, lies below.
 */
function writtenValues(
  { kind, decimals, date }: TableColumn,
  rows: Float32Array,
  width: number,
  place: number,
): Float64Array {
  const values = Float64Array.from(valuesOf(rows, width, place));
  if (kind === 'count') return values.map((value) => Math.max(0, Math.round(value)));
  if (date) return date.format.includes('SSS') ? values : values.map(Math.round);
  if (decimals === undefined || decimals > mostDecimals) return values;
  const scale = 10 ** decimals;
  return values.map((value) => Math.round(value * scale) / scale);
}

function columnAt({ columns, real, synthetic }: QualityRows, place: number): ColumnValues {
  const [column, width] = [columns[place]!, columns.length];
  return {
    column,
    real: writtenValues(column, real, width, place),
    synthetic: writtenValues(column, synthetic, width, place),
  };
}

/** Rows by columns, real beside synthetic. */
export function byColumn(rows: QualityRows): ColumnValues[] {
  return rows.columns.map((_, place) => columnAt(rows, place));
}

/** The values of the column of a name; undefined where there is none. */
export function columnNamed(rows: QualityRows, name: string): ColumnValues | undefined {
  const place = rows.columns.findIndex((column) => column.name === name);
  return place < 0 ? undefined : columnAt(rows, place);
}

/** Some rows, in the order of `places`. */
export function rowsAt(rows: Float32Array, width: number, places: ArrayLike<number>): Float32Array {
  const chosen = new Float32Array(places.length * width);
  for (let i = 0; i < places.length; i++) {
    const start = places[i]! * width;
    chosen.set(rows.subarray(start, start + width), i * width);
  }
  return chosen;
}

/** Values that are not missing. */
export const present = (values: Float64Array): Float64Array =>
  values.filter((value) => !Number.isNaN(value));

/** The share of values that are missing. */
export const missingShare = (values: Float64Array): number =>
  values.filter(Number.isNaN).length / values.length;

/** The smallest and the largest value that is not missing; Infinity and −Infinity where there is none. */
export function rangeOf(
  values: Float32Array | Float64Array,
): readonly [least: number, most: number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

/** The mean of the scores that there are; null where there are none. */
export function meanScore(scores: readonly (number | null)[]): number | null {
  const known = scores.filter((score) => score !== null);
  return known.length === 0 ? null : known.reduce((sum, score) => sum + score, 0) / known.length;
}

/** @throws UserError when there are no columns, or no whole number of rows, at least one of each kind */
export function checkRows({ columns, real, synthetic, heldOut }: QualityRows): void {
  if (columns.length === 0) throw new UserError('Quality of rows: there are no columns.');
  for (const [name, values] of Object.entries({ real, synthetic, heldOut })) {
    const count = values && rowCount(values, columns);
    if (count !== undefined && !(Number.isInteger(count) && count > 0)) {
      throw new UserError(
        `Quality of rows: ${name} holds ${values?.length} values, which are not one row or more of ${columns.length} columns.`,
      );
    }
  }
}

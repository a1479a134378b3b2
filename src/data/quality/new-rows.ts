import type { TableColumn } from '../column.js';
import { unitMilliseconds } from '../tables/columns/dates.js';
import { isDiscrete, type QualityRows, rowCount, valuesOf } from './rows.js';

/** Score for how many synthetic rows are no copies of real ones. */
export interface NewRows {
  readonly metric: 'NewRowSynthesis';
  /** The share of new rows, from 0 to 1. */
  readonly score: number;
  /** Synthetic rows that were looked at, and how many of these match a real row. */
  readonly rows: number;
  readonly matched: number;
  /** A number matches another that differs by no more than this part of it. */
  readonly tolerance: number;
}

/** Synthetic rows that are looked at, at most, as SDMetrics' reports do. */
export const mostNewRows = 10_000;

const tolerance = 0.01;

/** A value as it is compared: a date as the time since 1970, of which the tolerance is a part. */
function asCompared({ date }: TableColumn): (value: number) => number {
  if (!date) return (value) => value;
  return (value) => date.origin + value * unitMilliseconds[date.unit];
}

/** Columns of rows, as they are compared. */
interface Compared {
  /** Numbers and dates, the one with most different values first. */
  readonly numbers: readonly Float64Array[];
  /** A text for each row, the same for the same categories and the same missing values. */
  readonly keys: readonly string[];
}

function compared(
  columns: readonly TableColumn[],
  rows: Float32Array,
  numeric: readonly number[],
): Compared {
  const width = columns.length;
  const numbers = numeric.map((place) =>
    Float64Array.from(valuesOf(rows, width, place), asCompared(columns[place]!)),
  );
  const exact = columns.map(isDiscrete);
  const keys = Array.from({ length: rows.length / width }, (_, i) => {
    const row = rows.subarray(i * width, (i + 1) * width);
    return row.reduce((key, value, place) => {
      if (Number.isNaN(value)) return `${key}?`;
      return exact[place] ? `${key}${value},` : `${key},`;
    }, '');
  });
  return { numbers, keys };
}

/** The first place of ascending values, from `start` to `end`, whose value is not under `bound`. */
function firstFrom(values: Float64Array, bound: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Real rows of one key, by their first number. */
interface Group {
  readonly rows: readonly number[];
  readonly first: Float64Array;
}

function groupsOf({ numbers, keys }: Compared): Map<string, Group> {
  const places = new Map<string, number[]>();
  keys.forEach((key, row) => {
    const known = places.get(key);
    if (known) known.push(row);
    else places.set(key, [row]);
  });
  const [first] = numbers;
  const value = (row: number) => first?.[row] ?? 0;
  return new Map(
    [...places].map(([key, rows]) => {
      // A value that is missing is so in all rows of a key.
      rows.sort((a, b) => value(a) - value(b) || 0);
      return [key, { rows, first: Float64Array.from(rows, value) }];
    }),
  );
}

/** True where all numbers of a row of the group are near enough to a synthetic row's. */
function holds({ rows, first }: Group, real: Compared, synthetic: Compared, row: number): boolean {
  const pivot = synthetic.numbers[0]?.[row];
  if (pivot === undefined) return true;
  const near = Math.abs(tolerance * pivot);
  const all = Number.isNaN(pivot);
  // The bounds of the search are a little wide, as their sums round.
  const slack = near * 1e-9;
  const start = all ? 0 : firstFrom(first, pivot - near - slack);
  for (let i = start; i < rows.length; i++) {
    if (!all && first[i]! > pivot + near + slack) return false;
    const other = rows[i]!;
    const matches = synthetic.numbers.every((values, place) => {
      const value = values[row]!;
      const distance = Math.abs(real.numbers[place]![other]! - value);
      return Number.isNaN(value) || distance <= Math.abs(tolerance * value);
    });
    if (matches) return true;
  }
  return false;
}

/**
 * The share of synthetic rows that match no real row in all columns: categories and missing values
 * exactly, numbers and dates within a hundredth of the synthetic one. SDMetrics' NewRowSynthesis.
 * @param pace is called now and then
 */
export async function newRows(
  { columns, real, synthetic }: QualityRows,
  pace: () => Promise<void>,
): Promise<NewRows> {
  const distinct = (place: number) => new Set(valuesOf(real, columns.length, place)).size;
  const numeric = columns
    .flatMap((column, place) => (isDiscrete(column) ? [] : [{ place, distinct: distinct(place) }]))
    .sort((a, b) => b.distinct - a.distinct)
    .map(({ place }) => place);
  const known = compared(columns, real, numeric);
  const drawn = compared(columns, synthetic, numeric);
  const groups = groupsOf(known);
  const rows = rowCount(synthetic, columns);
  let matched = 0;
  for (let row = 0; row < rows; row++) {
    if (row % 100 === 0) await pace();
    const group = groups.get(drawn.keys[row]!);
    if (group && holds(group, known, drawn, row)) matched++;
  }
  return { metric: 'NewRowSynthesis', score: 1 - matched / rows, rows, matched, tolerance };
}

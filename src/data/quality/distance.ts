import { fillUniform, randomStream } from '../../base/random.js';
import type { TableColumn } from '../column.js';
import { isDiscrete, rangeOf, rowCount, valuesOf } from './rows.js';

/** Rows made ready for distances, row by row: a few groups of columns, so that the loop has no branches. */
interface Prepared {
  readonly rows: number;
  /** Columns whose values are equal or not: categories, with −1 for missing values. */
  readonly exact: Float64Array;
  /** Columns of numbers without missing values, in parts of their range. */
  readonly scaled: Float64Array;
  /** Columns of numbers with missing values, in parts of their range. */
  readonly gaps: Float64Array;
}

/** Way in which a column is compared. */
type Comparison = 'exact' | 'scaled' | 'gaps';

interface Scale {
  readonly comparison: Comparison;
  readonly range: number;
}

/** A value that no other equals. */
const missing = -Infinity;

/** Decides how columns are compared: numbers in parts of the reference's range. */
function scalesOf(
  columns: readonly TableColumn[],
  rows: Float32Array,
  reference: Float32Array,
): Scale[] {
  const width = columns.length;
  return columns.map((column, place): Scale => {
    const values = valuesOf(reference, width, place);
    const [least, most] = rangeOf(values);
    // Numbers of a column without a range are equal or not.
    if (isDiscrete(column) || !(most > least)) return { comparison: 'exact', range: 1 };
    const lacks = values.some(Number.isNaN) || valuesOf(rows, width, place).some(Number.isNaN);
    return { comparison: lacks ? 'gaps' : 'scaled', range: most - least };
  });
}

function prepare(rows: Float32Array, scales: readonly Scale[]): Prepared {
  const width = scales.length;
  const count = rows.length / width;
  const group = (comparison: Comparison) => {
    const places = scales.flatMap((scale, place) =>
      scale.comparison === comparison ? [place] : [],
    );
    const values = new Float64Array(count * places.length);
    for (let row = 0, at = 0; row < count; row++) {
      for (const place of places) {
        const value = rows[row * width + place]! / scales[place]!.range;
        values[at++] = comparison === 'exact' && Number.isNaN(value) ? missing : value;
      }
    }
    return values;
  };
  return { rows: count, exact: group('exact'), scaled: group('scaled'), gaps: group('gaps') };
}

/** Number of columns of numbers looked at between two looks at the sum. */
const stride = 4;

/**
 * The least sum of the columns' distances from row `i` of `a` to a row of `b`. Most rows are far: the
 * sum is given up where it is no longer the least, and categories, which add most to it, come first.
 */
function leastSum(a: Prepared, i: number, b: Prepared): number {
  const [exact, scaled, gaps] = [a.exact.length, a.scaled.length, a.gaps.length].map(
    (length) => length / a.rows,
  ) as [number, number, number];
  const ownExact = a.exact.subarray(i * exact, (i + 1) * exact);
  const ownScaled = a.scaled.subarray(i * scaled, (i + 1) * scaled);
  const ownGaps = a.gaps.subarray(i * gaps, (i + 1) * gaps);
  const [itsExact, itsScaled, itsGaps] = [b.exact, b.scaled, b.gaps];
  let least = Infinity;
  for (let row = 0; row < b.rows && least > 0; row++) {
    let sum = 0;
    for (let k = 0, at = row * exact; k < exact; k++) {
      if (ownExact[k] !== itsExact[at + k]) sum++;
    }
    const start = row * scaled;
    for (let k = 0; k < scaled && sum < least; ) {
      for (const end = Math.min(k + stride, scaled); k < end; k++) {
        const difference = Math.abs(ownScaled[k]! - itsScaled[start + k]!);
        sum += difference < 1 ? difference : 1;
      }
    }
    for (let k = 0, at = row * gaps; k < gaps && sum < least; k++) {
      const [own, its] = [ownGaps[k]!, itsGaps[at + k]!];
      const difference = Math.abs(own - its);
      if (difference < 1) sum += difference;
      else if (!(Number.isNaN(own) && Number.isNaN(its))) sum++;
    }
    if (sum < least) least = sum;
  }
  return least;
}

/**
 * The distance of each row to the closest row of a reference: the mean over columns of 0 or 1 for
 * categories that are equal or not, and of |a − b| / range, at most 1, for numbers and dates, with the
 * range in the reference. A missing value is at 0 from another one, and at 1 from a value. SDMetrics'
 * DCR measures.
 * @param rows shape [N, F]
 * @param reference shape [M, F]
 * @param pace is called now and then
 * @returns N distances, each from 0 to 1
 */
export async function closestDistances(
  columns: readonly TableColumn[],
  rows: Float32Array,
  reference: Float32Array,
  pace: () => Promise<void>,
): Promise<Float64Array> {
  const scales = scalesOf(columns, rows, reference);
  const [from, to] = [prepare(rows, scales), prepare(reference, scales)];
  const closest = new Float64Array(from.rows);
  for (let i = 0; i < from.rows; i++) {
    await pace();
    closest[i] = leastSum(from, i, to) / columns.length;
  }
  return closest;
}

/** One draw for each row of a column that knows nothing but its values' range, or its categories. */
function drawColumn(
  column: TableColumn,
  values: Float32Array,
  uniform: Float32Array,
): Float32Array {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return new Float32Array(uniform.length).fill(Number.NaN);
  if (isDiscrete(column)) {
    const categories = [...new Set(known)];
    return uniform.map((share) => categories[Math.floor(share * categories.length)]!);
  }
  const [least, most] = rangeOf(known);
  const isWhole = column.kind === 'count' || column.decimals === 0;
  return uniform.map((share) =>
    isWhole ? least + Math.floor(share * (most - least + 1)) : least + share * (most - least),
  );
}

/**
 * Rows that are the opposite of private copies: each value drawn by itself, evenly from the column's
 * range or from its categories, and missing as often as real ones.
 * @param real shape [N, F]
 * @param count how many rows
 * @returns shape [count, F]
 */
export function randomRows(
  columns: readonly TableColumn[],
  real: Float32Array,
  count: number,
  seed: number,
): Float32Array {
  const width = columns.length;
  const rows = new Float32Array(count * width);
  columns.forEach((column, place) => {
    const uniform = new Float32Array(2 * count);
    fillUniform(randomStream(seed, 'random rows', place), uniform);
    const values = valuesOf(real, width, place);
    const drawn = drawColumn(column, values, uniform.subarray(0, count));
    const lacking = values.filter(Number.isNaN).length / rowCount(real, columns);
    for (let i = 0; i < count; i++) {
      rows[i * width + place] = uniform[count + i]! < lacking ? Number.NaN : drawn[i]!;
    }
  });
  return rows;
}

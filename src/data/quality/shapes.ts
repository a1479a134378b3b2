import type { ColumnValues } from './rows.js';
import { isDiscrete, present } from './rows.js';

/** Score for how alike a column's distribution is in real and synthetic rows, missing values apart. */
export interface ShapeScore {
  readonly column: string;
  readonly metric: 'KSComplement' | 'TVComplement';
  /** Score from 0, nothing in common, to 1, the same; null where a column has no values. */
  readonly score: number | null;
}

/**
 * 1 less the Kolmogorov–Smirnov statistic of two samples: the largest distance between their empirical
 * distribution functions. SDMetrics' KSComplement.
 * @param real values, NaN where missing
 * @returns null where either has no values
 */
function ksComplement(real: Float64Array, synthetic: Float64Array): number | null {
  const [a, b] = [present(real).sort(), present(synthetic).sort()];
  if (a.length === 0 || b.length === 0) return null;
  let [i, j, largest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!);
    while (a[i] === value) i++;
    while (b[j] === value) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return 1 - largest;
}

/** Counts how often each category occurs. @param places of categories, NaN where missing */
function frequencies(places: Float64Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const place of present(places)) counts.set(place, (counts.get(place) ?? 0) + 1);
  return counts;
}

/**
 * 1 less the total variation distance: half the sum, over categories, of the differences of their
 * shares. SDMetrics' TVComplement.
 * @param real places of categories, NaN where missing
 * @returns null where either has no values
 */
function tvComplement(real: Float64Array, synthetic: Float64Array): number | null {
  const [a, b] = [frequencies(real), frequencies(synthetic)];
  const total = (counts: Map<number, number>) => [...counts.values()].reduce((x, y) => x + y, 0);
  const [inA, inB] = [total(a), total(b)];
  if (inA === 0 || inB === 0) return null;
  let distance = 0;
  for (const place of new Set([...a.keys(), ...b.keys()])) {
    distance += Math.abs((a.get(place) ?? 0) / inA - (b.get(place) ?? 0) / inB);
  }
  return 1 - distance / 2;
}

/** The shape of one column: KSComplement of numbers and dates, TVComplement of categories. */
export function columnShape({ column, real, synthetic }: ColumnValues): ShapeScore {
  return isDiscrete(column)
    ? { column: column.name, metric: 'TVComplement', score: tvComplement(real, synthetic) }
    : { column: column.name, metric: 'KSComplement', score: ksComplement(real, synthetic) };
}

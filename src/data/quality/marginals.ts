import type { TableColumn } from '../column.js';
import { unitMilliseconds } from '../tables/columns/dates.js';
import {
  byColumn,
  type ColumnValues,
  isDiscrete,
  missingShare,
  present,
  type QualityRows,
} from './rows.js';

/** A bar of a column's distribution: shares of the values that are not missing, from 0 to 1. */
export interface Bar {
  /** Range of numbers and dates: the values from `from` to under `to`. */
  readonly from?: number;
  readonly to?: number;
  /** Name of a category. */
  readonly name?: string;
  readonly real: number;
  readonly synthetic: number;
}

/** Distribution of a column's values, in real and in synthetic rows. */
export interface Marginal {
  readonly column: TableColumn;
  readonly bars: readonly Bar[];
  /** The shares of rows that hold no value. */
  readonly missing: { readonly real: number; readonly synthetic: number };
}

/** Bars of a column of numbers; whole numbers that are fewer get one each. */
const mostBins = 24;

/** Bars of a column of categories; the rest is one more. */
const mostNames = 8;

/** The part of the values at each end that may lie beyond the bars, so that a few far values do not flatten all. */
const beyond = 0.005;

/** The name of the categories that share a place as they are rare. */
const rareName = 'rare ones';

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** The values that bars are about: nearly all of real and synthetic ones. */
function shownRange(samples: readonly Float64Array[]): [least: number, most: number] {
  const sorted = samples.filter(({ length }) => length > 0).map((values) => values.slice().sort());
  if (sorted.length === 0) return [0, 1];
  return [
    Math.min(...sorted.map((values) => quantile(values, beyond))),
    Math.max(...sorted.map((values) => quantile(values, 1 - beyond))),
  ];
}

/** Edges of bars of equal width; of whole numbers each holds as many of them. */
export function barEdges(
  { kind, decimals }: TableColumn,
  samples: readonly Float64Array[],
  most = mostBins,
): number[] {
  const [low, high] = shownRange(samples);
  const isWhole = kind === 'count' || kind === 'date' || decimals === 0;
  if (isWhole) {
    const [first, last] = [Math.floor(low), Math.ceil(high)];
    const step = Math.ceil((last - first + 1) / most);
    const bins = Math.ceil((last - first + 1) / step);
    return Array.from(
      { length: bins + 1 },
      (_, i) => first + i * step - (kind === 'date' ? 0 : 0.5),
    );
  }
  const width = (high - low || Math.abs(low) || 1) / most;
  return Array.from({ length: most + 1 }, (_, i) => low + i * width);
}

/** The bar that a value lies in; the first or the last one for values beyond. */
export function barOf(edges: readonly number[], value: number): number {
  const width = edges[1]! - edges[0]!;
  const bar = Math.floor((value - edges[0]!) / width);
  return Math.max(0, Math.min(edges.length - 2, bar));
}

function shares(bars: number, places: Iterable<number>): number[] {
  const counts = new Array<number>(bars).fill(0);
  let total = 0;
  for (const place of places) {
    counts[place]! += 1;
    total++;
  }
  return counts.map((count) => (total === 0 ? 0 : count / total));
}

function numberBars(column: TableColumn, real: Float64Array, synthetic: Float64Array): Bar[] {
  const edges = barEdges(column, [real, synthetic]);
  const [own, drawn] = [real, synthetic].map((values) =>
    shares(
      edges.length - 1,
      Array.from(values, (value) => barOf(edges, value)),
    ),
  );
  return own!.map((share, i) => ({
    from: edges[i]!,
    to: edges[i + 1]!,
    real: share,
    synthetic: drawn![i]!,
  }));
}

/** The name of a category by its place. */
export const categoryName = ({ categories = [] }: TableColumn, place: number): string =>
  categories[place] ?? rareName;

function categoryBars(column: TableColumn, real: Float64Array, synthetic: Float64Array): Bar[] {
  const { categories = [], rare, kind } = column;
  const count = categories.length + (rare ? 1 : 0);
  const [own, drawn] = [real, synthetic].map((values) => shares(count, values));
  const all = own!.map((share, place) => ({
    name: categoryName(column, place),
    real: share,
    synthetic: drawn![place]!,
  }));
  if (kind === 'ordinal' && all.length <= mostBins) return all;
  const sorted = kind === 'binary' ? all : [...all].sort((a, b) => b.real - a.real);
  if (sorted.length <= mostNames + 1) return sorted;
  const rest = sorted.slice(mostNames);
  const sum = (of: 'real' | 'synthetic') => rest.reduce((total, bar) => total + bar[of], 0);
  const others = { name: `${rest.length} others`, real: sum('real'), synthetic: sum('synthetic') };
  return [...sorted.slice(0, mostNames), others];
}

function marginal({ column, real, synthetic }: ColumnValues): Marginal {
  const [own, drawn] = [present(real), present(synthetic)];
  return {
    column,
    bars: (isDiscrete(column) ? categoryBars : numberBars)(column, own, drawn),
    missing: { real: missingShare(real), synthetic: missingShare(synthetic) },
  };
}

/**
 * Shows how the values of each column are spread, as bars: of numbers and dates 24 of equal width over
 * all but the outermost 0.5 % of the values, which count to the first and last bar; of categories the
 * eight most frequent ones and the rest.
 */
export function marginals(rows: QualityRows): Marginal[] {
  return byColumn(rows).map(marginal);
}

/** The moment that a value of a column of dates stands for, milliseconds since 1970. */
export function dateOf({ date }: TableColumn, value: number): number {
  return date ? date.origin + value * unitMilliseconds[date.unit] : value;
}

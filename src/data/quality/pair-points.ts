import { permutation, randomStream } from '../../base/random.js';
import type { TableColumn } from '../column.js';
import { barEdges, barOf } from './marginals.js';
import type { PairTrend } from './pairs.js';
import { type ColumnValues, columnNamed, isDiscrete, present, type QualityRows } from './rows.js';

/** A cell of a pair of columns of which one is of categories at least: places of bars, and their share. */
export interface PairCell {
  readonly x: number;
  readonly y: number;
  /** The share of the rows that hold both values. */
  readonly share: number;
}

/** Two columns beside each other, of real or of synthetic rows. */
export interface PairPoints {
  /** Rows of two columns of numbers or dates: some of them, where they are many. */
  readonly points?: readonly (readonly [x: number, y: number])[];
  /** Shares of pairs of bars, where one column is of categories. */
  readonly cells?: readonly PairCell[];
}

/** A pair of columns, in real and in synthetic rows. */
export interface PairView {
  readonly columns: readonly [x: TableColumn, y: TableColumn];
  /** Edges of the bars of columns of numbers. */
  readonly edges: readonly [x: readonly number[] | undefined, y: readonly number[] | undefined];
  readonly real: PairPoints;
  readonly synthetic: PairPoints;
}

/** Points of a plot. */
const mostPoints = 800;

/** Bars of a column of numbers beside one of categories. */
const cellBins = 16;

/** Pairs that are worth a look, the least alike first: pairs that count, then the others. */
export function pairsToShow(pairs: readonly PairTrend[], count: number): PairTrend[] {
  const least = (a: PairTrend, b: PairTrend) => (a.score ?? 2) - (b.score ?? 2);
  return [...pairs]
    .filter(({ score }) => score !== null)
    .sort((a, b) => Number(b.counts) - Number(a.counts) || least(a, b))
    .slice(0, count);
}

/** The place of a value's bar. */
const placeOf = (edges: readonly number[] | undefined, value: number) =>
  edges ? barOf(edges, value) : value;

function pointsOf(x: Float64Array, y: Float64Array, edges: PairView['edges']): PairPoints {
  const order = permutation(randomStream(0, 'points'), x.length);
  const both = [...order].filter((row) => !Number.isNaN(x[row]! + y[row]!));
  if (edges[0] && edges[1]) {
    return { points: both.slice(0, mostPoints).map((row) => [x[row]!, y[row]!]) };
  }
  const shares = new Map<string, PairCell>();
  for (const row of both) {
    const [across, up] = [placeOf(edges[0], x[row]!), placeOf(edges[1], y[row]!)];
    const key = `${across},${up}`;
    const share = (shares.get(key)?.share ?? 0) + 1 / both.length;
    shares.set(key, { x: across, y: up, share });
  }
  return { cells: [...shares.values()] };
}

/**
 * Two columns beside each other: points of numbers and dates (800 at most), shares of cells where one
 * is of categories.
 * @param names of the columns; one that is not there gives undefined
 */
export function pairView(
  rows: QualityRows,
  names: readonly [x: string, y: string],
): PairView | undefined {
  const [x, y] = names.map((name) => columnNamed(rows, name));
  if (!x || !y) return undefined;
  const edgesOf = ({ column, real, synthetic }: ColumnValues) =>
    isDiscrete(column)
      ? undefined
      : barEdges(column, [present(real), present(synthetic)], cellBins);
  const edges = [edgesOf(x), edgesOf(y)] as const;
  return {
    columns: [x.column, y.column],
    edges,
    real: pointsOf(x.real, y.real, edges),
    synthetic: pointsOf(x.synthetic, y.synthetic, edges),
  };
}

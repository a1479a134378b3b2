import type { Dataset } from '../../dataset.js';
import { isGap } from './words.js';

/** The gaps of a column. */
export interface ColumnGaps {
  readonly name: string;
  readonly count: number;
}

/** The text of a cell that stays as it is, by row and column. */
type KnownCells = (row: number, column: string) => string | undefined;

/**
 * Counts the gaps of each column that has some; a cell with a text that stays is no gap.
 * @param values of rows, row by row
 */
export function gapsOf(
  values: Float32Array,
  { columns = [] }: Dataset,
  known: KnownCells,
): ColumnGaps[] {
  const width = columns.length;
  const counts = new Array<number>(width).fill(0);
  for (const [i, value] of values.entries()) {
    const place = i % width;
    const isGap =
      Number.isNaN(value) && known((i - place) / width, columns[place]!.name) === undefined;
    if (isGap) counts[place]! += 1;
  }
  return columns
    .map(({ name }, place) => ({ name, count: counts[place]! }))
    .filter(({ count }) => count > 0);
}

/**
 * The text of a cell that was kept and is no gap, by row and column. A word that the model does not know is
 * no gap.
 */
export function keptCells({ cells = [] }: Dataset): KnownCells {
  const texts = new Map(cells.map(({ name, text }) => [name, text]));
  return (row, column) => {
    const text = texts.get(column)?.(row);
    return text === undefined || isGap(text) ? undefined : text;
  };
}

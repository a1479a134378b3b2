import { isLearnt, type TableColumn } from '../../column.js';
import { booleanOf } from '../numbers.js';
import { type DateTools, unitMilliseconds } from './dates.js';

/** A value of a plain table; null where there is none. */
export type Cell = number | string | boolean | Date | null;

/** Writes the values of one column as its cells were. */
export interface CellWriter {
  /**
   * @param value as examples have it
   * @param chance from 0 to 1, by which one of the rare categories is chosen
   */
  text(value: number, chance: number): string;
  cell(value: number, chance: number): Cell;
}

/** Digits of a float32, at most. */
const [fewestDigits, mostDigits] = [6, 9];

/** The writer of a column that is learnt, or constant. */
export function writerOf(column: TableColumn, tools: DateTools): CellWriter {
  if (!isLearnt(column)) {
    const [word = ''] = column.categories ?? [];
    return wordWriter(column, () => word);
  }
  if (column.kind === 'date') return dateWriter(column, tools);
  if (column.categories) return wordWriter(column, categoryChooser(column));
  const isCount = column.kind === 'count';
  const write = decimalWriter(isCount ? { ...column, decimals: 0 } : column);
  const text = isCount ? (value: number) => write(Math.max(0, value)) : write;
  return { text: (value) => (Number.isNaN(value) ? '' : text(value)), cell: numberCell(text) };
}

function numberCell(text: (value: number) => string) {
  return (value: number): Cell => (Number.isNaN(value) ? null : Number(text(value)));
}

function decimalWriter({ decimals, leastDecimals = 0 }: TableColumn): (value: number) => string {
  if (decimals === undefined) return shortest;
  return (value) => {
    const [integer = '', fraction = ''] = value.toFixed(decimals).split('.');
    const kept = fraction.replace(/0+$/, '').padEnd(leastDecimals, '0');
    const text = kept === '' ? integer : `${integer}.${kept}`;
    return /^-[0.]*$/.test(text) ? text.slice(1) : text;
  };
}

/** The shortest decimal number that is the same float32. */
function shortest(value: number): string {
  for (let digits = fewestDigits; digits < mostDigits; digits++) {
    const number = Number(value.toPrecision(digits));
    if (Math.fround(number) === Math.fround(value)) return String(number);
  }
  return String(Number(value.toPrecision(mostDigits)));
}

/** The word that a place among the categories stands for; a rare one by chance, by the rows of each. */
function categoryChooser({ categories = [], rare = {} }: TableColumn) {
  const words = Object.entries(rare);
  const sums: number[] = [];
  for (const [, count] of words) sums.push((sums.at(-1) ?? 0) + Math.max(1, count));
  const total = sums.at(-1) ?? 0;
  return (value: number, chance: number): string => {
    const place = Math.max(0, Math.round(value));
    if (place < categories.length || words.length === 0) {
      return categories[Math.min(place, categories.length - 1)]!;
    }
    return words[sums.findIndex((sum) => chance * total < sum)]![0];
  };
}

function wordWriter(
  { type }: TableColumn,
  wordOf: (value: number, chance: number) => string,
): CellWriter {
  const text = (value: number, chance: number) =>
    Number.isNaN(value) ? '' : wordOf(value, chance);
  return {
    text,
    cell(value, chance) {
      const word = text(value, chance);
      if (word === '') return null;
      if (type === 'number') return Number(word);
      return type === 'boolean' ? booleanOf(word) === 1 : word;
    },
  };
}

function dateWriter({ date, type }: TableColumn, tools: DateTools): CellWriter {
  const { format, origin, unit } = date!;
  const hasParts = format.includes('SSS');
  const momentOf = (value: number) =>
    origin +
    (hasParts
      ? Math.round(value * unitMilliseconds[unit])
      : Math.round(value) * unitMilliseconds[unit]);
  const text = (value: number) =>
    Number.isNaN(value) ? '' : tools.format(momentOf(value), format);
  return {
    text,
    cell(value) {
      if (Number.isNaN(value)) return null;
      return type === 'date' ? new Date(momentOf(value)) : text(value);
    },
  };
}

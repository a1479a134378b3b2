import { UserError } from '../../../base/errors.js';
import { excerpt } from '../../../base/excerpt.js';
import type { TableColumn } from '../../column.js';
import { booleanOf } from '../numbers.js';
import type { ColumnFacts } from '../table.js';
import { type DateTools, isoMoment, unitMilliseconds } from './dates.js';
import { mixedError } from './words.js';

/** A column as it is learnt, and as the table at hand has it. */
export interface ColumnSource {
  readonly column: TableColumn;
  readonly facts: ColumnFacts;
  /** True where its cells are counted as words, numbers too. */
  readonly areWords: boolean;
  readonly path: string;
  readonly tools: DateTools;
}

/**
 * Reader of a column's cells as values of an example: numbers (1 and 0 for true and false), or texts
 * that are no gaps. The value is undefined for a number or text that the column does not know.
 */
export type ColumnReader =
  | { readonly reads: 'number'; readonly valueOf: (cell: number) => number | undefined }
  | { readonly reads: 'text'; readonly valueOf: (cell: string) => number | undefined };

/** The reader of a column. @throws UserError when the table holds something else */
export function readerOf(source: ColumnSource): ColumnReader {
  const { column, facts, areWords, path } = source;
  const areNumbers = !areWords && ['number', 'boolean', 'empty'].includes(facts.kind);
  switch (column.kind) {
    case 'continuous':
    case 'count':
      if (!areNumbers) throw notNumbers(path, facts);
      return { reads: 'number', valueOf: (value) => value };
    case 'date':
      return { reads: 'text', valueOf: dateReader(source) };
    default:
      return areNumbers && column.type !== 'text'
        ? { reads: 'number', valueOf: numberReader(column) }
        : { reads: 'text', valueOf: wordReader(column) };
  }
}

function notNumbers(path: string, facts: ColumnFacts): UserError {
  if (facts.kind === 'mixed') return mixedError(path, facts, 'leave such rows out');
  const { words, type } = facts;
  const holds = words.length > 0 ? `words such as ${excerpt(words[0]!)}` : (type ?? 'lists');
  return new UserError(
    `${path}: column ${excerpt(facts.name)} holds ${holds}, where numbers were learnt. Give numbers.`,
  );
}

function dateReader({ column, path, facts, tools }: ColumnSource): (text: string) => number {
  const { format, origin, unit } = column.date!;
  return (text) => {
    const exact = column.type === 'date' ? Number.NaN : tools.parse(text, format);
    const moment = Number.isNaN(exact) ? isoMoment(text) : exact;
    if (Number.isNaN(moment)) {
      throw new UserError(
        `${path}: column ${excerpt(facts.name)}: ${excerpt(text)} is no date as ${format}. Correct the cell.`,
      );
    }
    return (moment - origin) / unitMilliseconds[unit];
  };
}

/** Each word of a column with its place; the rare ones share the last. */
function placesOf({ categories = [], rare = {} }: TableColumn): (readonly [string, number])[] {
  return [
    ...categories.map((word, place) => [word, place] as const),
    ...Object.keys(rare).map((word) => [word, categories.length] as const),
  ];
}

function numberReader(column: TableColumn) {
  const numberOf = (word: string) => booleanOf(word) ?? Number(word);
  const places = new Map(
    placesOf(column).map(([word, place]) => [Math.fround(numberOf(word)), place]),
  );
  return (value: number) => places.get(Math.fround(value));
}

function wordReader(column: TableColumn) {
  const words = placesOf(column);
  const places = new Map(words);
  const alike = new Map(words.map(([word, place]) => [canonical(word), place]));
  return (text: string) => places.get(text) ?? alike.get(canonical(text));
}

/** One spelling of numbers (1.0 is 1) and of true and false, in small or large letters. */
function canonical(text: string): string {
  if (booleanOf(text) !== undefined) return text.toLowerCase();
  const isNumber = /^-?\d+(\.\d+)?$/.test(text) && !/^-?0\d/.test(text);
  return isNumber ? String(Number(text)) : text;
}

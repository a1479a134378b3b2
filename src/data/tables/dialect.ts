import type { ReadOptions } from '../read-options.js';
import { type Decimal, isMissing, isNumberText } from './numbers.js';
import { RowFault, RowScanner } from './scan.js';
import { lineEnd } from './text-file.js';

/** The way a text holds a table. */
export interface Dialect {
  /** One character; a space stands for any number of spaces and tabs. */
  readonly delimiter: string;
  readonly decimal: Decimal;
  /** Tells whether numbers could have been meant with the other decimal mark. */
  readonly isDecimalDoubtful: boolean;
  /** Lines before the first row. */
  readonly skip: number;
  /** The names that a comment before the table gives. */
  readonly commentNames?: readonly string[] | undefined;
  /** The first rows, as text. */
  readonly rows: readonly (readonly string[])[];
}

/** Candidates, the first of equals is taken. */
const delimiters = ['\t', ';', '|', ',', ' '];

/** Rows and cells of a row that are looked at. */
const [sampleRows, sampleCells] = [60, 256];

/** Numbers with a comma for a point, as far as one of them tells. */
const commaNumber = /^[+-]?(\d{1,3}([.' ]\d{3})+|\d*),\d+(e[+-]?\d+)?$/i;
const pointNumber = /^[+-]?(\d{1,3}([,' ]\d{3})+|\d*)\.\d+(e[+-]?\d+)?$/i;
/** Numbers of which a comma may part thousands. */
const thousands = /^[+-]?[1-9]\d{0,2}(,\d{3})+$/;

/** Words of people for characters that are hard to type. */
const words: Readonly<Record<string, string>> = {
  tab: '\t',
  '\\t': '\t',
  space: ' ',
  comma: ',',
  semicolon: ';',
  bar: '|',
};

/**
 * Finds how the beginning of a text holds a table.
 * @param sample whole lines, or a text that is cut after some
 */
export function findDialect(
  sample: Uint8Array,
  options: Pick<ReadOptions, 'delimiter' | 'decimal'>,
): Dialect {
  const { skip, from, separator, comment } = preamble(sample);
  const body = sample.subarray(from);
  const rowsBy = (delimiter: string, decimal: Decimal = '.') => firstRows(body, delimiter, decimal);
  const given = options.delimiter;
  const delimiter =
    (given === undefined ? separator : (words[given] ?? given)) ?? chooseDelimiter(rowsBy);
  const rows = rowsBy(delimiter);
  const { decimal, isDoubtful } = options.decimal
    ? { decimal: options.decimal, isDoubtful: false }
    : decimalOf(rows, delimiter);
  const names = comment === undefined ? undefined : commentNames(comment, delimiter, rows);
  return {
    delimiter,
    decimal,
    isDecimalDoubtful: isDoubtful,
    skip,
    commentNames: names,
    rows,
  };
}

/** The lines before the table: Excel's `sep=;` and comments. */
function preamble(sample: Uint8Array) {
  const decoder = new TextDecoder();
  let [from, skip] = [0, 0];
  let separator: string | undefined;
  let comment: string | undefined;
  while (from < sample.length) {
    const next = lineEnd(sample, from, sample.length);
    const line = decoder.decode(sample.subarray(from, next)).trim();
    const [, sign] = skip === 0 ? (/^"?sep=(.|\\t)"?$/i.exec(line) ?? []) : [];
    if (sign !== undefined) separator = words[sign] ?? sign;
    else if (line.startsWith('#') && !/^#[,;\t|]/.test(line)) comment = line.slice(1).trim();
    else if (line !== '') break;
    from = next;
    skip++;
  }
  // Lines are rows where all of them begin as comments do.
  if (from >= sample.length && comment !== undefined) {
    return { skip: 0, from: 0, separator, comment: undefined };
  }
  return { skip, from, separator, comment };
}

function firstRows(bytes: Uint8Array, delimiter: string, decimal: Decimal): string[][] {
  const end = bytes.length;
  const padded = new Uint8Array(end + 1);
  padded.set(bytes);
  padded[end] = 10;
  const scanner = new RowScanner({
    delimiter: delimiter.charCodeAt(0),
    decimal: decimal.charCodeAt(0),
  });
  const rows: string[][] = [];
  try {
    for (let at = 0; at < end && rows.length < sampleRows; ) {
      const next = scanner.next(padded, at, end, true);
      const cells = Array.from({ length: scanner.count }, (_, cell) => scanner.text(padded, cell));
      if (cells.length > 1 || cells[0] !== '') rows.push(cells);
      at = next;
    }
  } catch (error) {
    // The rows before it tell enough; the fault is told where all are read.
    if (!(error instanceof RowFault)) throw error;
  }
  return rows;
}

/** The number of cells that most rows have. */
export function usualCount(rows: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), [1, 0])[0];
}

/** The delimiter that cuts rows alike, and into numbers. */
function chooseDelimiter(rowsBy: (delimiter: string) => string[][]): string {
  let best = { delimiter: ',', score: 0 };
  for (const delimiter of delimiters) {
    const rows = rowsBy(delimiter);
    const count = usualCount(rows);
    if (count < 2) continue;
    const like = rows.filter(({ length }) => length === count).length / rows.length;
    const body = (rows.length > 1 ? rows.slice(1) : rows).flatMap((row) =>
      row.slice(0, sampleCells),
    );
    const numeric = body.filter((cell) => isMissing(cell) || isNumberText(cell)).length;
    let score = like * like * (1 + numeric / Math.max(1, body.length));
    if (delimiter === ' ') {
      // Words and lists have spaces too: only where nothing else cuts, or all are decimal commas.
      const commas = body.filter((cell) => commaNumber.test(cell)).length;
      const [first] = rows;
      const isOdd = first!.length !== count && first!.length !== count - 1;
      if (isOdd || (best.score > 1.2 && commas < body.length / 2)) continue;
      score *= commas < body.length / 2 ? 0.9 : 1;
    }
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

function decimalOf(rows: readonly (readonly string[])[], delimiter: string) {
  const cells = rows.flatMap((row) =>
    row.slice(0, sampleCells).map((cell) => cell.replace(/[\p{Sc}%()]/gu, '').trim()),
  );
  const commas = cells.filter((cell) => commaNumber.test(cell));
  const points = cells.filter((cell) => pointNumber.test(cell));
  if (commas.length === 0) return { decimal: '.' as const, isDoubtful: false };
  const mayGroup = commas.every((cell) => thousands.test(cell));
  if (mayGroup && points.length > 0) return { decimal: '.' as const, isDoubtful: false };
  // Groups of three alone, as in 1,234, may be either, but where commas part cells.
  if (mayGroup) return { decimal: '.' as const, isDoubtful: delimiter !== ',' };
  const decimal = commas.length >= points.length ? (',' as const) : ('.' as const);
  return { decimal, isDoubtful: points.some((cell) => !/\.\d{3}$/.test(cell)) };
}

/** Names of the columns in a comment, as numpy writes them; undefined when it is something else. */
function commentNames(comment: string, delimiter: string, rows: readonly (readonly string[])[]) {
  const names = comment
    .split(delimiter === ' ' ? /\s+/ : delimiter)
    .map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  const isHeader =
    names.length === usualCount(rows) &&
    new Set(names).size === names.length &&
    names.every((name) => name !== '' && !isNumberText(name));
  return isHeader ? names : undefined;
}

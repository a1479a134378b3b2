import type { ColumnSource } from 'hyparquet-writer';
import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../../base/errors.js';
import { excerpt } from '../../../base/excerpt.js';
import { encodeNpy } from '../../codecs/npy.js';
import { isLearnt, type TableColumn } from '../../column.js';
import type { Cell, TableRows } from './table-rows.js';

/** The endings of files that rows are written as. */
const tableEndings = ['.csv', '.tsv', '.json', '.jsonl', '.parquet', '.npy'] as const;

export type TableEnding = (typeof tableEndings)[number];

/** Rows of a piece of text. */
const pieceRows = 1000;

/** The ending of a file for rows. @throws UserError when rows are not written in such files */
export function tableEndingOf(path: string): TableEnding {
  const ending = tableEndings.find((each) => path.toLowerCase().endsWith(each));
  if (ending) return ending;
  throw new UserError(
    `${excerpt(path)}: rows are written as ${tableEndings.join(', ')}. Give a name that ends so.`,
  );
}

/**
 * The pieces of a file of rows: CSV and TSV with a line of names, JSON as a list of objects or an object a
 * line, Parquet with the columns' own types, or .npy with the values as the model has them (NaN for
 * missing ones), [rows, learnt columns].
 */
export async function* tablePieces(
  rows: TableRows,
  ending: TableEnding,
): AsyncGenerator<string | Uint8Array, void> {
  switch (ending) {
    case '.csv':
      yield* delimitedPieces(rows, ',');
      break;
    case '.tsv':
      yield* delimitedPieces(rows, '\t');
      break;
    case '.json':
      yield* jsonPieces(rows);
      break;
    case '.jsonl':
      yield* linePieces(rows, (row) => JSON.stringify(jsonRow(rows, row)));
      break;
    case '.parquet':
      yield await parquetBytes(rows);
      break;
    case '.npy': {
      const width = rows.columns.filter(isLearnt).length;
      yield encodeNpy(new Tensor('float32', rows.values, [rows.size, width]));
    }
  }
}

function* linePieces(rows: TableRows, line: (row: number) => string): Generator<string> {
  for (let start = 0; start < rows.size; start += pieceRows) {
    const count = Math.min(pieceRows, rows.size - start);
    yield Array.from({ length: count }, (_, i) => `${line(start + i)}\n`).join('');
  }
}

function* delimitedPieces(rows: TableRows, delimiter: string): Generator<string> {
  const { columns } = rows;
  const isOne = columns.length === 1;
  yield `${columns.map(({ name }) => cellText(name, delimiter)).join(delimiter)}\n`;
  yield* linePieces(rows, (row) => {
    const cells = columns.map((_, place) => cellText(rows.text(row, place), delimiter));
    // An empty line would be no row.
    return isOne && cells[0] === '' ? '""' : cells.join(delimiter);
  });
}

/** Text as a cell of CSV (RFC 4180). */
function cellText(text: string, delimiter: string): string {
  const isPlain = !/["\r\n]|^\s|\s$/.test(text) && !text.includes(delimiter);
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}

function jsonRow(rows: TableRows, row: number): Record<string, unknown> {
  return Object.fromEntries(
    rows.columns.map(({ name }, place) => {
      const cell = rows.cell(row, place);
      return [name, cell instanceof Date ? rows.text(row, place) : cell];
    }),
  );
}

function* jsonPieces(rows: TableRows): Generator<string> {
  yield '[\n';
  yield* linePieces(rows, (row) => {
    const comma = row + 1 < rows.size ? ',' : '';
    return `${JSON.stringify(jsonRow(rows, row))}${comma}`;
  });
  yield ']\n';
}

async function parquetBytes(rows: TableRows): Promise<Uint8Array> {
  // The writer of Parquet is loaded only when there is some.
  const { parquetWriteBuffer, schemaFromColumnData } = await import('hyparquet-writer');
  const { columns, size } = rows;
  const columnData = columns.map((column, place): ColumnSource => {
    const data = Array.from({ length: size }, (_, row) => rows.cell(row, place));
    const isDay = column.type === 'date' && column.date?.unit === 'day';
    const type = isDay ? {} : parquetType(column, data);
    return { name: column.name, data: data as Cell[] & unknown[], ...type };
  });
  const days = columns.filter(({ type, date }) => type === 'date' && date?.unit === 'day');
  const schemaOverrides = Object.fromEntries(
    days.map(({ name }) => [name, { name, type: 'INT32', converted_type: 'DATE' } as const]),
  );
  const schema = schemaFromColumnData({ columnData, schemaOverrides });
  // The schema tells the types; the writer takes one of both.
  const plain = columnData.map(({ type: _, ...rest }) => rest);
  return new Uint8Array(parquetWriteBuffer({ columnData: plain, schema }));
}

/** The type of a column in Parquet. */
function parquetType(
  { kind, type, decimals }: TableColumn,
  data: readonly Cell[],
): Pick<ColumnSource, 'type'> {
  if (type === 'date') return { type: 'TIMESTAMP' };
  if (type === 'boolean') return { type: 'BOOLEAN' };
  if (type === 'text' || kind === 'date') return { type: 'STRING' };
  const isWhole = data.every((cell) => cell === null || Number.isInteger(cell));
  const isReal = kind === 'continuous' && decimals !== 0;
  if (isReal || !isWhole) return { type: 'DOUBLE' };
  const fits = data.every((cell) => cell === null || Math.abs(Number(cell)) < 2 ** 31);
  return { type: fits ? 'INT32' : 'DOUBLE' };
}

import { UserError } from '../../../base/errors.js';
import { fillUniform, randomStream } from '../../../base/random.js';
import { type IdColumn, isLearnt, type TableColumn } from '../../column.js';
import { booleanOf } from '../numbers.js';
import { type Cell, type CellWriter, writerOf } from './cell-writer.js';
import { dateTools, isoMoment } from './dates.js';

export type { Cell };

/** Options for writing values as rows. */
export interface RowsOptions {
  /** The names of the rows, as a dataset has them; rows are numbered anew when left out. */
  readonly ids?: readonly IdColumn[] | undefined;
  /** The text of a cell that is written as it was, by row and column; undefined for others. */
  readonly known?: ((row: number, column: string) => string | undefined) | undefined;
  /** Decides which of the rare categories is drawn, and ids that are UUIDs; 0 when left out. */
  readonly seed?: number | undefined;
}

/** Rows of a plain table, as the one that was learnt has them: columns, types, order and spelling. */
export class TableRows {
  readonly size: number;
  readonly #width: number;
  readonly #writers: readonly CellWriter[];
  /** The place of each column among the values of an example; -1 for others. */
  readonly #places: readonly number[];
  readonly #chances: Float32Array;

  private constructor(
    /** All columns, in their order. */
    readonly columns: readonly TableColumn[],
    /** Values of examples, row by row, of the columns that are learnt. */
    readonly values: Float32Array,
    private readonly options: RowsOptions,
    writers: readonly CellWriter[],
  ) {
    const learnt = columns.filter(isLearnt);
    this.#width = learnt.length;
    this.size = values.length / this.#width;
    if (!Number.isInteger(this.size)) {
      throw new UserError(
        `${values.length} values are no whole number of rows of ${this.#width} columns. Give values of all columns that are learnt.`,
      );
    }
    this.#writers = writers;
    this.#places = columns.map((column) => learnt.indexOf(column));
    this.#chances = new Float32Array(
      columns.some(({ rare }) => rare !== undefined) ? values.length : 0,
    );
    fillUniform(randomStream(options.seed ?? 0, 'rare'), this.#chances);
  }

  /** @throws UserError when values are not a whole number of rows */
  static async of(
    columns: readonly TableColumn[],
    values: Float32Array,
    options: RowsOptions = {},
  ): Promise<TableRows> {
    const tools = await dateTools();
    const writers = columns.map((column) => writerOf(column, tools));
    return new TableRows(columns, values, options, writers);
  }

  /** The text of a cell; empty where it has no value. */
  text(row: number, place: number): string {
    const column = this.columns[place]!;
    if (column.kind === 'id') return this.#id(row, column);
    const known = this.options.known?.(row, column.name);
    if (known !== undefined) return known;
    const at = row * this.#width + this.#places[place]!;
    return this.#writers[place]!.text(this.#valueAt(row, place), this.#chances[at] ?? 0);
  }

  /** A cell as a value of its column's type. */
  cell(row: number, place: number): Cell {
    const column = this.columns[place]!;
    if (column.kind === 'id') {
      const id = this.#id(row, column);
      if (id === '') return null;
      return column.type === 'number' && Number.isFinite(Number(id)) ? Number(id) : id;
    }
    const known = this.options.known?.(row, column.name);
    if (known !== undefined) return cellOf(column, known);
    const at = row * this.#width + this.#places[place]!;
    return this.#writers[place]!.cell(this.#valueAt(row, place), this.#chances[at] ?? 0);
  }

  /** A row by the names of its columns. */
  row(row: number): Record<string, Cell> {
    return Object.fromEntries(
      this.columns.map(({ name }, place) => [name, this.cell(row, place)] as const),
    );
  }

  /** All rows, as plain objects. */
  objects(): Record<string, Cell>[] {
    return Array.from({ length: this.size }, (_, row) => this.row(row));
  }

  #valueAt(row: number, place: number): number {
    const at = this.#places[place]!;
    return at < 0 ? 0 : this.values[row * this.#width + at]!;
  }

  /** The name of a row: its own, or a new one of the same form. */
  #id(row: number, { name, type, form }: TableColumn): string {
    const known = this.options.ids?.find((each) => each.name === name);
    if (known) return known.text(row);
    if (form === 'uuid') return uuidOf(this.options.seed ?? 0, row);
    if (form) return `${form.prefix}${String(row + 1).padStart(form.digits, '0')}`;
    return type === 'number' ? String(row + 1) : `id-${row + 1}`;
  }
}

/** A text as a value of its column's type; as text where it is none. */
function cellOf({ type }: TableColumn, text: string): Cell {
  if (text === '') return null;
  if (type === 'boolean') return booleanOf(text) === 1;
  if (type === 'number') return Number.isFinite(Number(text)) ? Number(text) : text;
  const moment = type === 'date' ? isoMoment(text) : Number.NaN;
  return Number.isNaN(moment) ? text : new Date(moment);
}

/** A UUID of version 4 (RFC 9562) by a seed and a row. */
function uuidOf(seed: number, row: number): string {
  const draws = new Float32Array(16);
  fillUniform(randomStream(seed, 'uuid', row), draws);
  const bytes = Array.from(draws, (draw) => Math.floor(draw * 256));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

import { stat } from 'node:fs/promises';
import { UserError } from '../../base/errors.js';
import { excerpt } from '../../base/excerpt.js';
import { attempt } from '../../base/file-errors.js';
import type { CsvRow } from '../codecs/csv-rows.node.js';
import { labelsFromWords } from '../labels.js';
import type { AddRows, Layout } from '../rows/gather.js';
import { gather } from '../rows/gather.node.js';
import {
  chooseColumns,
  fits,
  misfit,
  type TableColumns,
  tableLayout,
} from '../rows/table-columns.js';
import type { DataFormat, FormatOptions } from './format.js';
import { dataName } from './idx-dataset.js';

const endings = /\.(csv|tsv|tab)(\.gz)?$/i;

/** Values that are handed on together, unless one example has more. */
const blockValues = 2 ** 18;

/** Most columns: those of a picture of 1000 × 1000 pixels. */
const mostColumns = 2 ** 20;

/**
 * A table of numbers, one example a row: CSV (comma, semicolon or tab) or TSV. The first line
 * names the columns if it has a word where the second has a number. Columns whose first value is a
 * word are left out, unless they are the label.
 */
export const csvFile: DataFormat = {
  reads: 'a CSV or TSV file of numbers',
  uses: ['columns', 'label'],
  async open({ path, entries }, options) {
    if (entries || !endings.test(path)) return undefined;
    const { csvRows } = await import('../codecs/csv-rows.node.js');
    const name = dataName(path).replace(endings, '');
    const { size, mtimeMs } = await attempt('read', path, () => stat(path));
    const { columns, label } = options;
    const key = { csv: 1, path, size, mtimeMs, columns, label };
    const { dataset } = await gather(
      name,
      key,
      async (begin) => {
        let table: Table | undefined;
        let first: CsvRow | undefined;
        for await (const row of csvRows(path)) {
          if (!first) {
            first = row;
            continue;
          }
          if (!table) {
            const names = isHeader(first, row) ? first.cells.map((cell) => cell.trim()) : undefined;
            table = new Table(names ? row : first, names, path, options, begin);
            if (!names) await table.add(first);
          }
          await table.add(row);
        }
        if (first && !table && !first.cells.some(isWord)) {
          table = new Table(first, undefined, path, options, begin);
          await table.add(first);
        }
        if (!table) throw new UserError(`${path}: there is no row of numbers. Give a table.`);
        return table.finish();
      },
      options,
    );
    return { name, train: dataset };
  },
};

/** Whether a cell holds something, and that is no number; 'nan' and 'inf' are meant as numbers. */
function isWord(cell: string): boolean {
  return (
    cell.trim() !== '' &&
    Number.isNaN(Number(cell)) &&
    !/^\s*[+-]?(nan|inf(inity)?|na|null)\s*$/i.test(cell)
  );
}

/** Whether the first row names the columns: it has a word where the second has a number. */
function isHeader(first: CsvRow, second: CsvRow): boolean {
  return first.cells.some((cell, place) => isWord(cell) && !isWord(second.cells[place] ?? ''));
}

/** Rows that become examples. */
class Table {
  readonly #names: readonly string[];
  readonly #columns: TableColumns;
  readonly #layout: Layout;
  readonly #add: AddRows;
  readonly #block: Uint8Array | Float32Array;
  readonly #words: string[] = [];
  #filled = 0;

  constructor(
    first: CsvRow,
    names: readonly string[] | undefined,
    private readonly path: string,
    options: FormatOptions,
    begin: (layout: Layout) => AddRows,
  ) {
    if (first.cells.length > mostColumns) {
      throw new UserError(`${path}: a row has over ${mostColumns} columns. Give a smaller table.`);
    }
    this.#names = names ?? first.cells.map((_, place) => String(place + 1));
    this.#checkLength(first);
    this.#columns = chooseColumns(
      this.#names,
      (place) => !isWord(first.cells[place]!),
      options,
      path,
    );
    const { features, unused } = this.#columns;
    if (unused.length > 0 && !options.columns) {
      const shown = unused.slice(0, 5).map((each) => excerpt(each, 30));
      options.onProgress?.(
        `${path}: columns of words left out: ${shown.join(', ')}${unused.length > 5 ? ', …' : ''}`,
      );
    }
    this.#layout = tableLayout(features.map((place) => this.#names[place]!));
    this.#add = begin(this.#layout);
    const values = Math.max(1, Math.floor(blockValues / features.length)) * features.length;
    this.#block =
      this.#layout.dtype === 'uint8' ? new Uint8Array(values) : new Float32Array(values);
  }

  async add(row: CsvRow): Promise<void> {
    this.#checkLength(row);
    const { features, label } = this.#columns;
    const { dtype } = this.#layout;
    for (const place of features) {
      const cell = row.cells[place]!;
      const number = Number(cell);
      const value = number === 0 && cell.trim() === '' ? Number.NaN : number;
      if (!fits(value, dtype)) throw this.#wrong(row, place, value);
      this.#block[this.#filled++] = value;
    }
    if (label !== undefined) this.#words.push(row.cells[label]!.trim());
    if (this.#filled === this.#block.length) await this.#flush();
  }

  async finish() {
    await this.#flush();
    if (this.#columns.label === undefined) return {};
    const column = excerpt(this.#names[this.#columns.label]!);
    return labelsFromWords(this.#words, `${this.path}: column ${column}`);
  }

  async #flush(): Promise<void> {
    if (this.#filled > 0) await this.#add(this.#block.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #checkLength({ cells, line }: CsvRow): void {
    if (cells.length === this.#names.length) return;
    throw new UserError(
      `${this.path}: line ${line} has ${cells.length} columns, but the first has ${this.#names.length}. Correct the line.`,
    );
  }

  #wrong({ cells, line }: CsvRow, place: number, value: number): UserError {
    const cell = cells[place]!;
    const reason =
      cell.trim() === ''
        ? 'the cell is empty'
        : Number.isNaN(value)
          ? `${excerpt(cell)} is not a number`
          : misfit(value, this.#layout.dtype);
    return new UserError(
      `${this.path}: line ${line}, column ${excerpt(this.#names[place]!)}: ${reason}. Correct the cell, or name other columns (--columns).`,
    );
  }
}

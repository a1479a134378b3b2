import { excerpt, listed } from '../../../base/excerpt.js';
import { isLearnt, type TableColumn } from '../../column.js';
import type { ReadingNote } from '../../notes.js';
import type { IdTexts } from '../../rows/gather.js';
import { isMissing } from '../numbers.js';
import type { TableBlock } from '../table.js';
import type { ReadColumn } from './placed-column.js';
import { isGap } from './words.js';

/** Makes examples of rows, column by column. */
export class RowEncoder {
  /** Places of the columns that are read as numbers, and as text. */
  readonly values: number[] = [];
  readonly texts: number[] = [];
  /** The columns of an example, and all columns of the table. */
  readonly learnt: readonly TableColumn[];
  readonly table: readonly TableColumn[];
  readonly #learnt: readonly ReadColumn[];
  /** Columns of which texts are kept: columns that name rows, then, if asked for, the learnt ones. */
  readonly #named: readonly ReadColumn[];
  readonly #ids: number;
  readonly #kept: readonly { readonly name: string; readonly texts: string[] }[];
  /** Words that a column does not know, with the number of rows of each. */
  readonly #unseen: Map<string | number, number>[];

  /**
   * @param more places that are read as text too, behind the others
   * @param keepsCells whether the texts of cells are kept
   */
  constructor(
    columns: readonly ReadColumn[],
    private readonly more: readonly number[],
    keepsCells = false,
  ) {
    this.#learnt = columns.filter(({ column }) => isLearnt(column));
    this.learnt = this.#learnt.map(({ column }) => column);
    this.table = columns.map(({ column }) => column);
    const isHere = ({ place }: ReadColumn) => place !== undefined;
    const ids = columns.filter((each) => each.column.kind === 'id' && isHere(each));
    this.#ids = ids.length;
    this.#named = [...ids, ...(keepsCells ? this.#learnt.filter(isHere) : [])];
    this.#kept = this.#named.map(({ column }) => ({ name: column.name, texts: [] }));
    this.#unseen = this.#learnt.map(() => new Map());
    for (const { reader, place } of this.#learnt) {
      if (place === undefined) continue;
      (reader!.reads === 'number' ? this.values : this.texts).push(place);
    }
    this.texts.push(...this.#named.map(({ place }) => place!), ...more);
  }

  /** The names of the rows that were kept. */
  get ids(): readonly IdTexts[] {
    return this.#kept.slice(0, this.#ids);
  }

  /** The cells of the rows that were kept. */
  get cells(): readonly IdTexts[] {
    return this.#kept.slice(this.#ids);
  }

  /** The values of a block's rows, from its `values` and `texts`. NaN where there is none. */
  encode(block: TableBlock): Float32Array {
    const { count } = block;
    const width = this.#learnt.length;
    const out = new Float32Array(count * width);
    let [value, text] = [0, 0];
    for (const [i, { reader, column }] of this.#learnt.entries()) {
      const missed = column.rare ? (column.categories?.length ?? 0) : Number.NaN;
      const unseen = this.#unseen[i]!;
      const put = (row: number, cell: number | string, found: number | undefined) => {
        if (found === undefined) unseen.set(cell, (unseen.get(cell) ?? 0) + 1);
        out[row * width + i] = found ?? missed;
      };
      if (!reader) {
        for (let row = 0; row < count; row++) out[row * width + i] = Number.NaN;
      } else if (reader.reads === 'number') {
        for (let row = 0; row < count; row++) {
          const cell = block.values[row * this.values.length + value]!;
          if (Number.isNaN(cell)) out[row * width + i] = Number.NaN;
          else put(row, cell, reader.valueOf(cell));
        }
        value++;
      } else {
        const cells = block.texts[text++]!;
        for (let row = 0; row < count; row++) {
          const cell = cells[row]!;
          if (isGapOf(column, cell)) out[row * width + i] = Number.NaN;
          else put(row, cell, reader.valueOf(cell));
        }
      }
    }
    return out;
  }

  /** Keeps the texts of a row that became an example. */
  keep(block: TableBlock, row: number): void {
    const first = this.texts.length - this.#named.length - this.more.length;
    for (let i = 0; i < this.#named.length; i++) {
      this.#kept[i]!.texts.push(block.texts[first + i]![row]!);
    }
  }

  /** Lines on words that the columns do not know. */
  notes(): ReadingNote[] {
    return this.#learnt.flatMap(({ column }, i) => {
      const unseen = [...this.#unseen[i]!];
      if (unseen.length === 0) return [];
      const rows = unseen.reduce((sum, [, count]) => sum + count, 0);
      const words = listed(
        unseen.map(([word]) => excerpt(String(word), 30)),
        5,
      );
      const taken = column.rare ? 'among the rare categories' : 'as missing';
      const text = `column ${excerpt(column.name)}: ${words} (${rows} ${rows === 1 ? 'row' : 'rows'}) not known from training, and taken ${taken}`;
      return [{ about: 'values', text, doubtful: true }] as const;
    });
  }
}

/** True for a cell without a value; a word such as None is a value where it is a category. */
function isGapOf({ kind, categories = [], rare = {} }: TableColumn, text: string): boolean {
  if (kind === 'date') return isMissing(text);
  if (isGap(text)) return !(categories.includes(text) || Object.hasOwn(rare, text));
  return false;
}

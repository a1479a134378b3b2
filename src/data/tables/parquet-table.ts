import { UserError } from '../../base/errors.js';
import type { ParquetFile } from '../codecs/parquet.js';
import type { ParquetColumn } from '../codecs/parquet-columns.js';
import { refuseBomb } from '../files/inflation.js';
import type { ReadingNote } from '../notes.js';
import type { LikeOptions, ReadOptions } from '../read-options.js';
import { isSplitName } from './parts.js';
import { mayBeTable, profilesFor } from './profiles.js';
import { elements, targetNames } from './roles.js';
import { ColumnSurvey, NumberSurvey } from './survey.js';
import type { ColumnFacts, Table, TableBlock, TableFacts } from './table.js';
import { flatten, joinedShapes, lookAt, textOfValue, unequal } from './values.js';

/** Values of a block of rows, unless one row has more. */
const blockValues = 2 ** 20;

/** A table in one Parquet file or several, whose rows follow one another. */
export class ParquetTable implements Table {
  readonly path: string;
  readonly key: unknown;
  readonly names: readonly string[];
  readonly notes: readonly ReadingNote[];
  readonly classNames: ReadonlyMap<string, readonly string[]>;
  readonly #columns: readonly ParquetColumn[];
  #facts: TableFacts | undefined;

  /**
   * @param files of the same columns
   * @param options by which columns of words and dates are read or not
   * @throws UserError when there is no row, or columns differ
   */
  constructor(
    private readonly files: readonly ParquetFile[],
    private readonly options: ReadOptions & LikeOptions = {},
  ) {
    const [first] = files as [ParquetFile];
    this.path = first.path;
    this.key = files.map(({ key }) => key);
    this.#columns = first.columns;
    this.names = first.columns.map(({ name }) => name);
    const named = this.names.join('\n');
    const other = files.find(({ columns }) => columns.map(({ name }) => name).join('\n') !== named);
    if (other) {
      throw new UserError(
        `${other.path}: its columns are not those of ${first.path}. Give one kind.`,
      );
    }
    if (files.every(({ size }) => size === 0)) {
      throw new UserError(`${first.path}: there is no row in it. Give a file with examples.`);
    }
    const several = files.length > 1 ? `${files.length} Parquet files` : 'a Parquet file';
    this.notes = [{ about: 'format', text: `a table in ${several}` }];
    this.classNames = new Map(
      first.columns.flatMap(({ name, classNames }) =>
        classNames ? [[name, classNames] as const] : [],
      ),
    );
  }

  async facts(): Promise<TableFacts> {
    this.#facts ??= await this.#survey();
    return this.#facts;
  }

  async #survey(): Promise<TableFacts> {
    const survey = new NumberSurvey(this.names.length, profilesFor(this.names, this.options));
    const columns = this.names.map((_, place) => new ColumnSurvey(survey, place));
    const shapes = new Map<number, string>();
    let first = 1;
    for (const file of this.files) {
      for (const [group, [start, end]] of file.groups.entries()) {
        for (const [place, column] of this.#columns.entries()) {
          if (!this.#isLookedAt(column)) continue;
          refuseBomb((end - start) * 4, Math.max(file.key[1], 2 ** 19), file.path);
          const looked = columns[place]!;
          const values: ArrayLike<unknown> =
            column.kind === 'list'
              ? await file.objects(column.name, group)
              : (await file.values([column.name], group)).get(column.name)!;
          for (let row = 0; row < values.length; row++) {
            const shape = lookAt(values[row], looked, () => `row ${first + row}`);
            if (shape !== undefined) shapes.set(place, joinedShapes(shapes.get(place), shape)!);
          }
        }
        first += end - start;
      }
    }
    const facts = columns.map((column, place) =>
      this.#factsOf(place, column.facts(this.names[place]!), shapes.get(place)),
    );
    return { rows: first - 1, columns: facts };
  }

  /** Tells whether a column's values matter: long texts are not read for nothing. */
  #isLookedAt({ name, kind, areDates }: ParquetColumn): boolean {
    const isTable = mayBeTable(this.names.length, this.options);
    if (areDates) return isTable;
    if (kind === 'words') {
      const { label } = this.options;
      const isNamed = targetNames.includes(name.toLowerCase()) || isSplitName(name);
      return isTable || isNamed || label === name;
    }
    return kind === 'number' || kind === 'boolean' || kind === 'list';
  }

  #factsOf(place: number, facts: ColumnFacts, shape: string | undefined): ColumnFacts {
    const { kind, type, isIndex, areDates } = this.#columns[place]!;
    const all = { ...facts, isIndex, type, areDates };
    if (areDates && facts.profile) return { ...all, type: undefined };
    if (kind === 'list') {
      if (shape === undefined) return { ...all, kind: 'empty' };
      if (shape === unequal || shape === '0') {
        return { ...all, kind: 'other', type: 'lists of different lengths' };
      }
      return { ...all, kind: 'list', shape: shape.split(',').map(Number) };
    }
    if (kind === 'words')
      return {
        ...all,
        kind:
          facts.words.length > 0 || !this.#isLookedAt(this.#columns[place]!) ? 'words' : 'empty',
      };
    if (kind === 'number' || kind === 'boolean') return all;
    return { ...all, kind: 'other', type };
  }

  async *blocks(
    values: readonly number[],
    texts: readonly number[],
  ): AsyncGenerator<TableBlock, void> {
    const { columns } = await this.facts();
    const widths = values.map((place) => elements(columns[place]!));
    const width = widths.reduce((sum, each) => sum + each, 0);
    let first = 1;
    for (const file of this.files) {
      for (const [group, [start, end]] of file.groups.entries()) {
        const count = end - start;
        refuseBomb(count * width * 4, Math.max(file.key[1], 2 ** 19), file.path);
        const rows = new Float32Array(count * width);
        let offset = 0;
        for (const [i, place] of values.entries()) {
          await this.#fill(file, group, place, { rows, width, offset });
          offset += widths[i]!;
        }
        const words: (readonly string[])[] = [];
        for (const place of texts) words.push(await this.#texts(file, group, place));
        const most = Math.max(1, Math.floor(blockValues / Math.max(1, width)));
        for (let from = 0; from < count; from += most) {
          const to = Math.min(count, from + most);
          yield {
            count: to - from,
            first: first + from,
            values: rows.subarray(from * width, to * width),
            texts: words.map((each) => each.slice(from, to)),
          };
        }
        first += count;
      }
    }
  }

  /** The text of one column, by row group. */
  async *texts(name: string): AsyncGenerator<TableBlock, void> {
    let first = 1;
    for (const file of this.files) {
      for (const [group, [start, end]] of file.groups.entries()) {
        const texts = [await this.#texts(file, group, this.names.indexOf(name))];
        yield { count: end - start, first, values: new Float32Array(0), texts };
        first += end - start;
      }
    }
  }

  /** Puts the values of a column into rows. */
  async #fill(
    file: ParquetFile,
    group: number,
    place: number,
    { rows, width, offset }: { rows: Float32Array; width: number; offset: number },
  ): Promise<void> {
    const { name, kind } = this.#columns[place]!;
    if (kind === 'list') {
      const lists = await file.objects(name, group);
      const numbers: number[] = [];
      for (const [row, list] of lists.entries()) {
        numbers.length = 0;
        if (list == null) {
          rows[row * width + offset] = Number.NaN;
          continue;
        }
        flatten(list, numbers);
        rows.set(numbers, row * width + offset);
      }
      return;
    }
    const values = (await file.values([name], group)).get(name)!;
    for (let row = 0; row < values.length; row++) {
      const value: unknown = values[row];
      rows[row * width + offset] = value == null ? Number.NaN : Number(value);
    }
  }

  async #texts(file: ParquetFile, group: number, place: number): Promise<readonly string[]> {
    const { name } = this.#columns[place]!;
    const values = (await file.values([name], group)).get(name)!;
    return Array.from(values as ArrayLike<unknown>, (value) => textOfValue(value));
  }
}

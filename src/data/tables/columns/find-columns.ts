import { UserError } from '../../../base/errors.js';
import { excerpt, listed } from '../../../base/excerpt.js';
import { isLearnt, type TableColumn } from '../../column.js';
import type { ReadingNote } from '../../notes.js';
import {
  type ColumnOptions,
  columnOptions,
  type LikeOptions,
  namedColumns,
  type ReadOptions,
} from '../../read-options.js';
import { partsOf } from '../parts.js';
import { columnPlace, columnsText, isNumberingName } from '../roles.js';
import type { ColumnFacts, Table, TableFacts } from '../table.js';
import { type DateTools, dateTools } from './dates.js';
import { describeColumn } from './describe-column.js';
import { gapNotes } from './gaps.js';
import { labelOf } from './label.js';
import type { PlacedColumn } from './placed-column.js';
import {
  type ColumnWords,
  columnFlag,
  countWords,
  hasWords,
  mixedError,
  wordsOf,
} from './words.js';

/** Describes how rows of a table are taken, column by column. */
export interface FoundColumns {
  /** The table's columns, in its order, without the column of parts and columns that cannot be learnt. */
  readonly columns: readonly PlacedColumn[];
  /** The place of the column of labels. */
  readonly label: number | undefined;
  /** The words of columns, by place, as far as they were counted. */
  readonly words: ReadonlyMap<number, ColumnWords>;
  readonly notes: readonly ReadingNote[];
}

/** The place of the column that tells the part of each row. */
export function splitPlace(
  { columns }: TableFacts,
  options: ReadOptions & LikeOptions,
): number | undefined {
  const named = [
    ...(namedColumns(options) ?? columnOptions(options).keys()),
    ...(options.like ?? []).map(({ name }) => name),
  ];
  const place = columns.findIndex((each) => !named.includes(each.name) && partsOf(each));
  return place < 0 || columns[place]!.name === options.label ? undefined : place;
}

/**
 * Finds how each column of a table is understood: by its cells, or as the user says.
 * @param facts of the rows to learn from
 * @throws UserError when a column cannot be of the kind that the user gave, or nothing is left to learn
 */
export async function findColumns(
  table: Table,
  facts: TableFacts,
  options: ReadOptions,
): Promise<FoundColumns> {
  const tools = await dateTools();
  return new Finder(table, facts, options, tools).find();
}

class Finder {
  readonly #notes: ReadingNote[] = [];
  readonly #given: ReadonlyMap<string, ColumnOptions>;
  readonly #names: readonly string[];

  constructor(
    private readonly table: Table,
    private readonly facts: TableFacts,
    private readonly options: ReadOptions,
    private readonly tools: DateTools,
  ) {
    this.#names = facts.columns.map(({ name }) => name);
    this.#given = columnOptions(options);
    for (const name of this.#given.keys()) columnPlace(this.#names, name, table.path);
  }

  async find(): Promise<FoundColumns> {
    const places = this.#places();
    const words = await this.#words(places);
    const columns: PlacedColumn[] = [];
    for (const place of places) {
      const facts = this.facts.columns[place]!;
      const { column, doubt } = describeColumn({
        facts,
        rows: this.facts.rows,
        words: words.get(place),
        given: this.#given.get(facts.name),
        path: this.table.path,
        tools: this.tools,
      });
      columns.push({ column, place });
      if (doubt) this.#note('columns', doubt, true);
    }
    this.#tell(columns, words);
    this.#refuseNothing(columns);
    const label = labelOf(columns, this.table.path, this.options);
    if (label?.note) this.#notes.push(label.note);
    return { columns, label: label?.place, words, notes: this.#notes };
  }

  #note(about: ReadingNote['about'], text: string, doubtful = false): void {
    this.#notes.push({ about, text, ...(doubtful ? { doubtful } : {}) });
  }

  /** The columns that are taken, in order; notes tell of the others. */
  #places(): readonly number[] {
    const { columns } = this.facts;
    const split = splitPlace(this.facts, this.options);
    if (split !== undefined) {
      this.#note('split', `column ${excerpt(this.#names[split]!)} tells the part of each row`);
    }
    const named = namedColumns(this.options)?.map((name) => this.#place(name));
    const { label } = this.options;
    if (named && label !== undefined && !named.includes(this.#place(label))) {
      named.push(this.#place(label));
    }
    const all = named ?? columns.map((_, place) => place);
    const taken = all.filter((place) => place !== split && !isOther(columns[place]!));
    const others = columns.flatMap((_, place) =>
      taken.includes(place) || place === split ? [] : [place],
    );
    const unnamed = others.filter((place) => !all.includes(place));
    if (unnamed.length > 0) this.#leave(unnamed, 'not among those named');
    for (const place of others.filter((each) => all.includes(each))) {
      const { kind, type = 'lists' } = columns[place]!;
      this.#leave(
        [place],
        `of ${kind === 'list' ? 'lists' : type}, which are no values of a column`,
      );
    }
    return taken;
  }

  #place(name: string): number {
    return columnPlace(this.#names, name, this.table.path);
  }

  #leave(places: readonly number[], why: string): void {
    const text = columnsText(places.map((place) => this.#names[place]!));
    this.#note('left out', `${text} left out: ${why}`);
  }

  /** The words of columns that are read as text; others are read by their numbers. */
  async #words(places: readonly number[]): Promise<ReadonlyMap<number, ColumnWords>> {
    const known = new Map<number, ColumnWords>();
    const others: number[] = [];
    for (const place of places) {
      const facts = this.facts.columns[place]!;
      const given = this.#given.get(facts.name);
      if (facts.infinite !== undefined) {
        const [value, where] = facts.infinite.split(' at ');
        throw new UserError(
          `${this.table.path}: ${where}, column ${excerpt(facts.name)}: ${value} is not a finite number. Correct the cell.`,
        );
      }
      if (!isText(facts, given)) {
        if (facts.kind !== 'mixed') continue;
        const advice = `say what the column holds (${columnFlag(facts.name)})`;
        throw mixedError(this.table.path, facts, advice);
      }
      if (hasWords(facts)) known.set(place, wordsOf(facts));
      else others.push(place);
    }
    const counted = await countWords(this.table, others);
    return new Map([...known, ...counted]);
  }

  #tell(columns: readonly PlacedColumn[], words: ReadonlyMap<number, ColumnWords>): void {
    const named = (chosen: (each: PlacedColumn) => boolean) =>
      columns.filter(chosen).map(({ column }) => column.name);
    const tell = (names: readonly string[], one: string, many: string) => {
      if (names.length === 0) return;
      const why = names.length === 1 ? one : many;
      this.#note('columns', `${columnsText(names)}: ${why}`);
    };
    tell(
      named(({ column }) => column.kind === 'id'),
      'it numbers or names the rows, and nothing is learnt of it',
      'they number or name the rows, and nothing is learnt of them',
    );
    tell(
      named(({ column }) => column.kind === 'constant'),
      'it holds one value or none, and nothing is learnt of it',
      'they hold one value or none, and nothing is learnt of them',
    );
    const isPadded = ({ place }: PlacedColumn) => {
      const { kind, profile } = this.facts.columns[place]!;
      return kind === 'number' && words.has(place) && profile?.spelling?.isPadded === true;
    };
    tell(
      named(isPadded),
      'zeros before numbers make words of them',
      'zeros before numbers make words of them',
    );
    for (const { column } of columns) this.#tellNumbering(column);
    for (const { column, place } of columns) this.#tellWords(column, words.get(place));
    this.#notes.push(...gapNotes(columns, this.facts, this.table.path, this.options));
  }

  /** Tells of numbers that are learnt, though their name suggests ids. */
  #tellNumbering({ name, kind }: TableColumn): void {
    const isNumber = kind === 'continuous' || kind === 'count' || kind === 'ordinal';
    if (!isNumber || !isNumberingName(name) || this.#given.has(name)) return;
    const text = `column ${excerpt(name)} is learnt as ${kind}, though its name is that of an id (${columnFlag(name, 'id')} or ${columnFlag(name)} says otherwise)`;
    this.#note('columns', text, true);
  }

  #tellWords({ name, kind, rare, categories = [] }: TableColumn, words?: ColumnWords): void {
    if (rare) {
      const count = Object.keys(rare).length;
      this.#note(
        'values',
        `column ${excerpt(name)}: ${count} of ${count + categories.length} categories are rare, and learnt as one`,
      );
    }
    const odd = ['None', 'none', '-', '.'].filter((word) => words?.counts.has(word));
    if (odd.length > 0 && kind !== 'id') {
      this.#note(
        'values',
        `column ${excerpt(name)}: ${listed(odd.map((each) => excerpt(each)))} is read as a word, not as a gap`,
      );
    }
  }

  #refuseNothing(columns: readonly PlacedColumn[]): void {
    if (columns.some(({ column }) => isLearnt(column))) return;
    const { rows } = this.facts;
    const why =
      rows === 1
        ? 'it has one row'
        : 'its columns hold one value, none, or the names and numbers of rows';
    throw new UserError(
      `${this.table.path}: there is nothing to learn: ${why}. Give a table of rows that differ, or say what a column holds (--columns).`,
    );
  }
}

/** Tells whether a column holds things that are no values of a column. */
function isOther({ kind }: ColumnFacts): boolean {
  return kind === 'other' || kind === 'list';
}

/** Tells whether a column is read as text. */
function isText(facts: ColumnFacts, given: ColumnOptions | undefined): boolean {
  const { kind, profile } = facts;
  if (kind === 'words') return true;
  if (kind === 'empty') return false;
  const isSaid = given?.kind === 'categorical' || given?.kind === 'date' || given?.categories;
  if (isSaid) return true;
  if (kind === 'mixed')
    return given?.kind !== undefined && given.kind !== 'continuous' && given.kind !== 'count';
  return kind === 'number' && profile?.spelling?.isPadded === true && given?.kind === undefined;
}

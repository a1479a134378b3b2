import { UserError } from '../../base/errors.js';
import type { FormatOptions } from '../formats/format.js';
import type { ReadingNote } from '../notes.js';
import { NumberProfiles } from './number-profile.js';
import { rowsAsked } from './profiles.js';
import { elements, isNumberingName } from './roles.js';
import { ColumnSurvey, NumberSurvey } from './survey.js';
import type { ColumnFacts, Table, TableBlock, TableFacts } from './table.js';
import { flatten, joinedShapes, lookAt, textOfValue, unequal } from './values.js';

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** Rows of a table, and where they are from. */
export interface RowSource {
  readonly path: string;
  /** Facts that decide the rows, as JSON. */
  readonly key: unknown;
  /** The rows; the line of each, where it is one a line. */
  rows(): AsyncIterable<{ readonly row: Row; readonly line?: number }>;
  /** Tells in words how they are stored. */
  noteOf(isLines: boolean): string;
}

/** A column while it is looked at. */
interface Looked {
  readonly survey: ColumnSurvey;
  shape?: string | undefined;
  /** Tells whether it holds things that are neither numbers, words, dates nor lists of numbers. */
  isOther?: boolean;
  areDates?: boolean;
}

/** A table whose rows are plain objects. */
export class RowTable implements Table {
  readonly key: unknown;
  readonly path: string;
  readonly names: readonly string[];
  readonly notes: readonly ReadingNote[];
  readonly #facts: TableFacts;

  private constructor(
    private readonly source: RowSource,
    facts: TableFacts,
    isLines: boolean,
  ) {
    this.key = source.key;
    this.path = source.path;
    this.#facts = facts;
    this.names = facts.columns.map(({ name }) => name);
    this.notes = [{ about: 'format', text: source.noteOf(isLines) }];
  }

  /** Opens a table and looks at all of it. @throws UserError when it has no row */
  static async open(source: RowSource, options: FormatOptions): Promise<RowTable> {
    const looked = new Map<string, Looked>();
    const isProfiled = rowsAsked(options) !== 'vectors';
    let rows = 0;
    let isLines = true;
    for await (const { row, line } of source.rows()) {
      rows++;
      isLines = line !== undefined;
      const where = () => (line === undefined ? `row ${rows}` : `line ${line}`);
      for (const name of Object.keys(row)) {
        if (!looked.has(name)) looked.set(name, newColumn(name, rows - 1, isProfiled));
      }
      for (const [name, column] of looked) look(row[name], column, where);
    }
    if (rows === 0) throw new UserError(`${source.path}: there is no row in it. Give a table.`);
    const columns = [...looked].map(([name, column]) => factsOf(name, column));
    return new RowTable(source, { rows, columns }, isLines);
  }

  async facts(): Promise<TableFacts> {
    return this.#facts;
  }

  async *blocks(
    values: readonly number[],
    texts: readonly number[],
  ): AsyncGenerator<TableBlock, void> {
    const columns = values.map((place) => this.#facts.columns[place]!);
    const width = columns.reduce((sum, each) => sum + elements(each), 0);
    const most = Math.max(1, Math.floor(2 ** 18 / Math.max(1, width)));
    let first = 1;
    let numbers: number[] = [];
    let words = texts.map((): string[] => []);
    let count = 0;
    const take = (): TableBlock => ({
      count,
      first,
      values: Float32Array.from(numbers),
      texts: words,
    });
    for await (const { row } of this.source.rows()) {
      for (const column of columns) append(row[column.name], elements(column), numbers);
      for (const [i, place] of texts.entries())
        words[i]!.push(textOfValue(row[this.names[place]!]));
      if (++count < most) continue;
      yield take();
      first += count;
      numbers = [];
      words = texts.map(() => []);
      count = 0;
    }
    if (count > 0) yield take();
  }
}

function newColumn(name: string, before: number, isProfiled: boolean): Looked {
  const profiles = isProfiled ? new NumberProfiles([isNumberingName(name)]) : undefined;
  const survey = new ColumnSurvey(new NumberSurvey(1, profiles), 0);
  for (let row = 1; row <= before; row++) survey.missing(() => `row ${row}`);
  return { survey };
}

function look(value: unknown, column: Looked, where: () => string): void {
  const isDate = value instanceof Date;
  if (isDate) column.areDates = true;
  else if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    column.isOther = true;
    return;
  }
  column.shape = joinedShapes(column.shape, lookAt(value, column.survey, where));
}

function factsOf(name: string, { survey, shape, isOther, areDates }: Looked): ColumnFacts {
  const facts = { ...survey.facts(name), ...(areDates ? { areDates } : {}) };
  if (isOther) return { ...facts, kind: 'other', type: 'structures' };
  if (shape === undefined) return facts;
  if (shape === unequal || facts.kind !== 'list') {
    return { ...facts, kind: 'other', type: 'lists of different lengths or of words' };
  }
  return { ...facts, shape: shape.split(',').map(Number) };
}

function append(value: unknown, count: number, into: number[]): void {
  if (Array.isArray(value)) flatten(value, into);
  else {
    const number = value == null || value === '' ? Number.NaN : Number(value);
    for (let i = 0; i < count; i++) into.push(number);
  }
}

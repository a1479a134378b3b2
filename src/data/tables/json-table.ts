import { fileBytes } from '#files';
import { UserError } from '../../base/errors.js';
import { excerpt } from '../../base/excerpt.js';
import type { FileBytes } from '../files/file-bytes.js';
import type { ReadingNote } from '../notes.js';
import { refuseForeign } from './foreign.js';
import { elements } from './roles.js';
import { ColumnSurvey, NumberSurvey } from './survey.js';
import type { ColumnFacts, Table, TableBlock, TableFacts } from './table.js';
import { textOf } from './text-file.js';
import { flatten, joinedShapes, lookAt, unequal } from './values.js';

/** Most characters of a line, and of a file that is one value. */
const [mostLine, mostFile] = [2 ** 24, 2 ** 28];

type Row = Readonly<Record<string, unknown>>;

/** A column while it is looked at. */
interface Looked {
  readonly survey: ColumnSurvey;
  shape?: string | undefined;
  /** Whether it holds things that are neither numbers, words nor lists of numbers. */
  isOther?: boolean;
}

/** A table as JSON: an object a line, a list of objects, or an object of lists. */
export class JsonTable implements Table {
  readonly key: unknown;
  readonly names: readonly string[];
  readonly notes: readonly ReadingNote[];
  readonly #facts: TableFacts;

  private constructor(
    private readonly file: FileBytes,
    facts: TableFacts,
    isLines: boolean,
  ) {
    this.key = [file.path, file.size, file.modified];
    this.#facts = facts;
    this.names = facts.columns.map(({ name }) => name);
    const text = isLines ? 'a table of JSON, one example a line' : 'a table of JSON';
    this.notes = [{ about: 'format', text }];
  }

  get path(): string {
    return this.file.path;
  }

  /** Opens a table and looks at all of it. @throws UserError when it is none */
  static async open(path: string): Promise<JsonTable> {
    const file = await fileBytes(path);
    const looked = new Map<string, Looked>();
    let rows = 0;
    let isLines = true;
    for await (const { row, line } of rowsOf(file)) {
      rows++;
      isLines = line !== undefined;
      const where = () => (line === undefined ? `row ${rows}` : `line ${line}`);
      for (const name of Object.keys(row)) {
        if (!looked.has(name)) looked.set(name, newColumn(rows - 1));
      }
      for (const [name, column] of looked) look(row[name], column, where);
    }
    if (rows === 0) throw new UserError(`${path}: there is no row in it. Give a table.`);
    const columns = [...looked].map(([name, column]) => factsOf(name, column));
    return new JsonTable(file, { rows, columns }, isLines);
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
    for await (const { row } of rowsOf(this.file)) {
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

function newColumn(before: number): Looked {
  const survey = new ColumnSurvey(new NumberSurvey(1), 0);
  for (let row = 1; row <= before; row++) survey.missing(() => `row ${row}`);
  return { survey };
}

function look(value: unknown, column: Looked, where: () => string): void {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    column.isOther = true;
    return;
  }
  column.shape = joinedShapes(column.shape, lookAt(value, column.survey, where));
}

function factsOf(name: string, { survey, shape, isOther }: Looked): ColumnFacts {
  const facts = survey.facts(name);
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
    const number = value == null ? Number.NaN : Number(value);
    for (let i = 0; i < count; i++) into.push(number);
  }
}

function textOfValue(value: unknown): string {
  return value == null ? '' : String(value);
}

/** The rows of a file; the line of each, where it is one a line. */
async function* rowsOf(file: FileBytes): AsyncGenerator<{ row: Row; line?: number }> {
  const { path } = file;
  const head = await file.slice(0, Math.min(4, file.size));
  let rest = '';
  let line = 0;
  let isWhole: boolean | undefined;
  for await (const text of texts(file)) {
    rest += text;
    if (isWhole === undefined && /\S/.test(rest)) {
      await refuseForeign(head, rest.trimStart().slice(0, 100), path);
      isWhole = isOneValue(rest);
    }
    if (isWhole) {
      if (rest.length > mostFile) {
        throw new UserError(`${path}: the JSON is over 256 MB. Write one example a line (.jsonl).`);
      }
      continue;
    }
    const lines = rest.split('\n');
    rest = lines.pop()!;
    if (rest.length > mostLine) {
      throw new UserError(`${path}: line ${line + lines.length + 1} is over 16 MB. Shorten it.`);
    }
    for (const each of lines) {
      line++;
      if (each.trim() !== '') yield { row: rowOf(parsed(each, path, line), path, line), line };
    }
  }
  if (rest.trim() === '') return;
  if (isWhole) {
    for (const row of tableOf(parsed(rest, path), path)) yield { row };
  } else yield { row: rowOf(parsed(rest, path, line + 1), path, line + 1), line: line + 1 };
}

async function* texts(file: FileBytes): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const { pieces } = await textOf(file);
  try {
    for await (const piece of pieces) yield decoder.decode(piece, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError(`${file.path}: the text is not UTF-8. Save it as UTF-8.`, { cause: error });
  }
}

/** Whether a text is one value over several lines, and not one a line. */
function isOneValue(text: string): boolean {
  const [first = ''] = text.trimStart().split('\n');
  try {
    const value: unknown = JSON.parse(first);
    // A list of objects, or an object of lists, may be all on one line.
    if (Array.isArray(value)) return typeof value[0] === 'object' && value[0] !== null;
    const isAlone = text
      .trimStart()
      .split('\n')
      .slice(1)
      .every((line) => line.trim() === '');
    return (
      isAlone &&
      Object.values(value as object).every((each) => Array.isArray(each) && each.length > 1)
    );
  } catch {
    return true;
  }
}

function parsed(text: string, path: string, line?: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const where = line === undefined ? '' : `line ${line}: `;
    throw new UserError(
      `${path}: ${where}${excerpt(text.trim(), 40)} is no JSON. Give an object a line, or a list of objects.`,
      { cause },
    );
  }
}

function rowOf(value: unknown, path: string, line: number): Row {
  if (Array.isArray(value)) {
    return Object.fromEntries(value.map((each, place) => [String(place + 1), each]));
  }
  if (typeof value === 'object' && value !== null) return value as Row;
  throw new UserError(
    `${path}: ${path.endsWith('.json') ? 'row' : 'line'} ${line} is ${excerpt(String(value), 40)}, no object. Give an object for each example.`,
  );
}

function tableOf(value: unknown, path: string): Row[] {
  if (Array.isArray(value)) return value.map((each, row) => rowOf(each, path, row + 1));
  const columns = Object.entries(value as object) as [string, unknown][];
  const [, first] = columns[0] ?? [];
  if (
    Array.isArray(first) &&
    columns.every(([, each]) => Array.isArray(each) && each.length === first.length)
  ) {
    return first.map((_, row) =>
      Object.fromEntries(columns.map(([name, each]) => [name, (each as unknown[])[row]])),
    );
  }
  throw new UserError(
    `${path}: the JSON is no table. Give a list of objects, an object a line, or an object of lists of one length.`,
  );
}

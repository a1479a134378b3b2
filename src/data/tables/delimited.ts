import { fileBytes } from '#files';
import { UserError } from '../../base/errors.js';
import { excerpt } from '../../base/excerpt.js';
import type { FileBytes } from '../files/file-bytes.js';
import type { FormatOptions } from '../formats/format.js';
import type { ReadingNote } from '../notes.js';
import { defaultMemoryLimit } from '../rows/gather.js';
import { CellIndex } from './cell-index.js';
import { type Dialect, findDialect, usualCount } from './dialect.js';
import { refuseForeign } from './foreign.js';
import { findHeader, type Header } from './header.js';
import { KeptRows } from './kept-rows.js';
import { readList } from './lists.js';
import { booleanOf, cellNumber, isMissing } from './numbers.js';
import { profilesFor } from './profiles.js';
import { eachRow, type RowVisitor } from './rows.js';
import { RowScanner } from './scan.js';
import { SpellingSurvey } from './spelling.js';
import { ColumnSurvey, NumberSurvey } from './survey.js';
import type { ColumnFacts, Table, TableBlock, TableFacts } from './table.js';
import { checkText, type Encoding, joined, lastLine, lineEnd, textOf } from './text-file.js';

/** Bytes that tell the dialect, if they hold a few lines; and the most that are looked at. */
const [sampleBytes, mostSampleBytes] = [2 ** 18, 2 ** 24];

/** Most bytes of a cell that may be one number with marks. */
const longestNumber = 60;

/** Whole numbers below are exact in float32. */
const exactFloats = 2 ** 24;

/** A table as text with a delimiter between cells: CSV, TSV and the like. */
export class DelimitedTable implements Table {
  readonly key: unknown;
  readonly names: readonly string[];
  readonly notes: readonly ReadingNote[];
  readonly #scanner: RowScanner;
  #facts: TableFacts | undefined;
  #kept: KeptRows | undefined;
  /** The words of a column whose values `#kept` has as places among them. */
  #keptWords: readonly (readonly string[] | undefined)[] = [];

  private constructor(
    private readonly file: FileBytes,
    private readonly dialect: Dialect,
    private readonly header: Header,
    encoding: Encoding,
    readonly beginning: string,
    /** Most bytes to keep of a first reading. */
    private readonly keep: number,
    private readonly options: FormatOptions,
  ) {
    this.key = [file.path, file.size, file.modified];
    this.names = header.names;
    this.notes = notesOf(dialect, header, encoding);
    this.#scanner = new RowScanner({
      delimiter: dialect.delimiter.charCodeAt(0),
      decimal: dialect.decimal.charCodeAt(0),
    });
  }

  get path(): string {
    return this.file.path;
  }

  /**
   * Opens a table by its beginning.
   * @throws UserError when it cannot be read, is no text in UTF-8 or UTF-16, or has no row
   */
  static async open(path: string, options: FormatOptions): Promise<DelimitedTable> {
    const file = await fileBytes(path);
    const { encoding, sample } = await sampleOf(file);
    const lineOf = (from: number) =>
      new TextDecoder().decode(sample.subarray(from, lineEnd(sample, from, sample.length))).trim();
    await refuseForeign(await file.slice(0, Math.min(4, file.size)), lineOf(0), path);
    const dialect = findDialect(sample, options);
    const { rows, decimal, commentNames } = dialect;
    if (rows.length === 0) {
      throw new UserError(`${path}: there is no row of numbers. Give a table.`);
    }
    const header = findHeader(rows, decimal, options.header, commentNames);
    const keep = (options.memoryLimit ?? defaultMemoryLimit) / 2;
    const begins = excerpt(lineOf(0), 80);
    const table = new DelimitedTable(file, dialect, header, encoding, begins, keep, options);
    const count = usualCount(rows);
    if (count > 1 && rows[0]!.length === 1 && options.header === undefined) {
      throw new UserError(
        `${path}: the first line is no row of the table: ${table.beginning}, others have ${count} columns. Remove the lines before the table.`,
      );
    }
    return table;
  }

  async facts(): Promise<TableFacts> {
    this.#facts ??= await this.#survey();
    return this.#facts;
  }

  async #survey(): Promise<TableFacts> {
    const width = this.names.length;
    const profiles = profilesFor(this.names, this.options);
    const survey = new NumberSurvey(width, profiles);
    const columns = this.names.map((_, place) => new ColumnSurvey(survey, place));
    const indexes = this.names.map(() => new CellIndex());
    const spelling = profiles ? new SpellingSurvey(width, this.dialect.decimal) : undefined;
    const kept = new KeptRows(width, this.keep);
    const scanner = this.#scanner;
    let count = 0;
    const visit: RowVisitor = (bytes, line) => {
      count++;
      const { numbers } = scanner;
      if (!survey.row(numbers)) {
        for (let cell = 0; cell < width; cell++) {
          if (!Number.isNaN(numbers[cell])) continue;
          this.#look(bytes, cell, line, { column: columns[cell]!, index: indexes[cell]! });
        }
      }
      spelling?.row(bytes, scanner);
      kept.add(numbers);
    };
    for await (const _ of this.#rows(visit));
    const facts = columns.map((column, place) => {
      const found = column.facts(this.names[place]!);
      return spelling ? spelling.with(found, place) : found;
    });
    if (kept.isWhole) {
      this.#kept = kept;
      this.#keptWords = facts.map((each, place) => keptWords(each, columns[place]!));
    }
    return { rows: count, columns: facts };
  }

  /**
   * Looks at a cell that is no plain number. Its value, or the place of its word, is put with the row's
   * numbers.
   */
  #look(bytes: Uint8Array, cell: number, line: number, { column, index }: Looked): void {
    const { numbers, starts, ends } = this.#scanner;
    const [start, end] = [starts[cell]!, ends[cell]!];
    const place = () => `line ${line}`;
    const isShort = end - start < longestNumber && !this.#scanner.isDoubled(cell);
    const known = isShort ? index.find(bytes, start, end) : undefined;
    if (!known) {
      const { decimal } = this.dialect;
      const text = isShort ? this.#scanner.text(bytes, cell) : undefined;
      // Groups of thousands look like a list, too.
      const isNumber = text !== undefined && cellNumber(text, decimal) !== undefined;
      const list = isNumber ? undefined : this.#list(bytes, cell);
      if (list) {
        column.list(list, place);
        return;
      }
      const found = column.cells.ofText(text ?? this.#scanner.text(bytes, cell), decimal);
      if (isShort && found.code >= 0) index.add(bytes, start, end, found);
      numbers[cell] = column.take(found, place);
      if (found.content === 'word' && found.code >= 0) numbers[cell] = found.code;
      return;
    }
    numbers[cell] = column.take(known, place);
    if (known.content === 'word') numbers[cell] = known.code;
  }

  #list(bytes: Uint8Array, cell: number): Float32Array | undefined {
    const range = { start: this.#scanner.starts[cell]!, end: this.#scanner.ends[cell]! };
    if (range.end - range.start < 3) return undefined;
    const { decimal } = this.#scanner.cuts;
    const count = readList(bytes, range, decimal);
    if (count === 0) return undefined;
    const values = new Float32Array(count);
    readList(bytes, range, decimal, values);
    return values;
  }

  async *blocks(
    values: readonly number[],
    texts: readonly number[],
  ): AsyncGenerator<TableBlock, void> {
    const { columns } = await this.facts();
    const isNumber = (place: number) =>
      columns[place]!.kind === 'number' || columns[place]!.kind === 'boolean';
    const areWhole = texts.every(
      (place) => this.#keptWords[place] !== undefined || isExact(columns[place]!),
    );
    if (this.#kept && values.every(isNumber) && areWhole) {
      yield* this.#kept.blocks(values, texts, (place) => this.#keptWords[place]);
      return;
    }
    yield* this.#read(values, texts, columns);
  }

  async *#read(
    values: readonly number[],
    texts: readonly number[],
    columns: readonly ColumnFacts[],
  ): AsyncGenerator<TableBlock, void> {
    const widths = values.map((place) => columns[place]!.shape?.[0] ?? 0);
    const width = widths.reduce((sum, each) => sum + Math.max(1, each), 0);
    const scanner = this.#scanner;
    const words = texts.map((): string[] => []);
    let block = new Float32Array(width * 256);
    let [filled, count, first] = [0, 0, 1];
    const visit: RowVisitor = (bytes) => {
      if (filled + width > block.length) {
        const larger = new Float32Array(block.length * 2);
        larger.set(block);
        block = larger;
      }
      const { numbers } = scanner;
      for (let i = 0; i < values.length; i++) {
        const cell = values[i]!;
        const length = widths[i]!;
        if (length > 0) {
          this.#fillList(bytes, cell, block.subarray(filled, filled + length));
          filled += length;
          continue;
        }
        const value = numbers[cell]!;
        block[filled++] = Number.isNaN(value) ? this.#numberOf(bytes, cell) : value;
      }
      for (const [i, cell] of texts.entries()) words[i]!.push(scanner.text(bytes, cell));
      count++;
    };
    for await (const _ of this.#rows(visit)) {
      if (count === 0) continue;
      yield {
        count,
        first,
        values: block.subarray(0, filled),
        texts: words.map((each) => each.splice(0)),
      };
      first += count;
      filled = 0;
      count = 0;
    }
  }

  #fillList(bytes: Uint8Array, cell: number, into: Float32Array): void {
    const range = { start: this.#scanner.starts[cell]!, end: this.#scanner.ends[cell]! };
    const count = readList(bytes, range, this.#scanner.cuts.decimal, into);
    if (count !== into.length) into.fill(Number.NaN);
  }

  #numberOf(bytes: Uint8Array, cell: number): number {
    const text = this.#scanner.text(bytes, cell);
    if (isMissing(text)) return Number.NaN;
    return booleanOf(text) ?? cellNumber(text, this.dialect.decimal)?.value ?? Number.NaN;
  }

  /** The rows below the names, each checked to have as many cells as there are names. */
  async *#rows(visit: RowVisitor): AsyncGenerator<void> {
    const scanner = this.#scanner;
    const width = this.names.length;
    let isHeader = this.header.isFirstRow;
    const { pieces } = await textOf(this.file);
    const rows = { path: this.path, pieces, scanner, skip: this.dialect.skip };
    yield* eachRow(rows, (bytes, line) => {
      if (isHeader) {
        isHeader = false;
        return;
      }
      if (scanner.count !== width) {
        throw new UserError(
          `${this.path}: line ${line} has ${scanner.count} columns, but the first has ${width}. Correct the line.`,
        );
      }
      if (Number.isNaN(scanner.numbers[0]) && this.#isBlank()) return;
      visit(bytes, line);
    });
  }

  /** Tells whether a row holds nothing, such as the rows that spreadsheets write after the last. */
  #isBlank(): boolean {
    const { starts, ends, count } = this.#scanner;
    for (let cell = 0; cell < count; cell++) if (starts[cell] !== ends[cell]) return false;
    return true;
  }
}

/** A column while it is looked at. */
interface Looked {
  readonly column: ColumnSurvey;
  readonly index: CellIndex;
}

/** Tells whether the text of all cells follows from their values. */
function isExact({ kind, isWhole, least, most, missing, profile }: ColumnFacts): boolean {
  if (kind !== 'number' || !isWhole || missing > 0 || profile?.spelling?.isPadded) return false;
  return least > -exactFloats && most < exactFloats;
}

/** The words of a column by their places; undefined where its cells are more than known words. */
function keptWords({ kind }: ColumnFacts, { cells, hasNumbers }: ColumnSurvey) {
  if (kind !== 'words' || !cells.isWhole || hasNumbers) return undefined;
  const all = [...cells.all];
  const areWords = all.every(({ content, text }) => content === 'word' || text === '');
  return areWords ? all.map(({ text }) => text) : undefined;
}

/** The beginning of a text: some whole lines. */
async function sampleOf(file: FileBytes): Promise<{ encoding: Encoding; sample: Uint8Array }> {
  const { encoding, pieces } = await textOf(file);
  let sample: Uint8Array = new Uint8Array(0);
  let isWhole = true;
  for await (const piece of pieces) {
    sample = joined(sample, piece);
    let at = 0;
    for (let line = 0; line < 3 && at < sample.length; line++) {
      at = lineEnd(sample, at, sample.length);
    }
    if (sample.length >= mostSampleBytes || (sample.length >= sampleBytes && at < sample.length)) {
      isWhole = false;
      break;
    }
  }
  const end = isWhole ? sample.length : lastLine(sample, sample.length) || sample.length;
  checkText(sample, 0, end, 1, file.path);
  return { encoding, sample: sample.subarray(0, end) };
}

const delimiterNames: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
  ' ': 'spaces',
};

function notesOf(dialect: Dialect, header: Header, encoding: Encoding): ReadingNote[] {
  const { delimiter, decimal, isDecimalDoubtful } = dialect;
  const parts = [
    `columns parted by ${delimiterNames[delimiter] ?? excerpt(delimiter)}`,
    ...(decimal === ',' ? ['decimal commas'] : []),
    ...(encoding === 'UTF-8' ? [] : [encoding]),
  ];
  const names = header.isFirstRow
    ? 'the first line names the columns'
    : dialect.commentNames
      ? 'the comment before the table names the columns'
      : 'no line of names: the columns are called 1, 2 and so on';
  return [
    { about: 'format', text: `a table of text: ${parts.join(', ')}` },
    {
      about: 'columns',
      text: header.isDoubtful ? `${names} (--header says otherwise)` : names,
      ...(header.isDoubtful ? { doubtful: true } : {}),
    },
    ...(isDecimalDoubtful
      ? [
          {
            about: 'values' as const,
            text: `numbers such as 1,234 are read with ${decimal === ',' ? 'a decimal comma' : 'a comma between thousands'} (--decimal says otherwise)`,
            doubtful: true,
          },
        ]
      : []),
  ];
}

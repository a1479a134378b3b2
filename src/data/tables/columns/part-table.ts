import type { ReadingNote } from '../../notes.js';
import type { LikeOptions, ReadOptions } from '../../read-options.js';
import { type Part, partsOf } from '../parts.js';
import { profilesFor } from '../profiles.js';
import { ColumnSurvey, NumberSurvey } from '../survey.js';
import type { ColumnFacts, Table, TableBlock, TableFacts } from '../table.js';

/** The rows of a table that belong to one part, by a column that tells the part of each row. */
export class PartTable implements Table {
  readonly path: string;
  readonly key: unknown;
  readonly names: readonly string[];
  readonly notes: readonly ReadingNote[];
  readonly classNames: Table['classNames'];
  readonly #words: ReadonlyMap<string, Part>;
  #facts: Promise<TableFacts> | undefined;

  /**
   * @param whole the facts of all rows
   * @param split the place of the column that tells the parts
   */
  constructor(
    private readonly table: Table,
    private readonly whole: TableFacts,
    private readonly split: number,
    private readonly part: Part,
    private readonly options: ReadOptions & LikeOptions,
  ) {
    this.path = table.path;
    this.key = [table.key, part];
    this.names = table.names;
    this.notes = table.notes;
    this.classNames = table.classNames;
    this.#words = partsOf(whole.columns[split]!)!;
  }

  /** The parts that a column tells. */
  static partsOf(facts: TableFacts, split: number): ReadonlySet<Part> {
    return new Set(partsOf(facts.columns[split]!)!.values());
  }

  facts(): Promise<TableFacts> {
    this.#facts ??= this.#survey();
    return this.#facts;
  }

  async #survey(): Promise<TableFacts> {
    const { columns } = this.whole;
    const survey = new NumberSurvey(columns.length, profilesFor(this.names, this.options));
    const surveys = columns.map((_, place) => new ColumnSurvey(survey, place));
    const placesOf = (isKind: (facts: ColumnFacts) => boolean) =>
      columns.flatMap((each, place) => (isKind(each) ? [place] : []));
    const numbers = placesOf(({ kind }) => kind === 'number');
    const texts = placesOf(({ kind }) => ['boolean', 'words', 'mixed'].includes(kind));
    let rows = 0;
    for await (const block of this.blocks(numbers, texts)) {
      rows += block.count;
      for (let row = 0; row < block.count; row++) {
        const place = () => `row ${block.rows![row]}`;
        for (const [i, column] of numbers.entries()) {
          const value = block.values[row * numbers.length + i]!;
          if (Number.isNaN(value)) surveys[column]!.missing(place);
          else surveys[column]!.value(value, place);
        }
        for (const [i, column] of texts.entries()) {
          surveys[column]!.text(block.texts[i]![row]!, '.', place);
        }
      }
    }
    return { rows, columns: surveys.map((each, place) => this.#factsOf(each, columns[place]!)) };
  }

  /** The facts of a column in this part, of the kind that it has in all rows. */
  #factsOf(survey: ColumnSurvey, whole: ColumnFacts): ColumnFacts {
    if (!['number', 'boolean', 'words', 'mixed'].includes(whole.kind)) return whole;
    const facts = survey.facts(whole.name);
    const { isIndex, areDates, infinite, profile } = whole;
    return {
      ...facts,
      kind: facts.kind === 'empty' ? 'empty' : whole.kind,
      isIndex,
      areDates,
      infinite,
      ...(facts.profile ? { profile: { ...facts.profile, spelling: profile?.spelling } } : {}),
    };
  }

  async *blocks(
    values: readonly number[],
    texts: readonly number[],
  ): AsyncGenerator<TableBlock & { readonly rows: Uint32Array }, void> {
    for await (const block of this.table.blocks(values, [...texts, this.split])) {
      const { count, first } = block;
      const width = count === 0 ? 0 : block.values.length / count;
      const splits = block.texts.at(-1)!;
      const rows = Uint32Array.from({ length: count }, (_, row) => row).filter(
        (row) => this.#words.get(wholeWord(splits[row]!)) === this.part,
      );
      if (rows.length === 0) continue;
      const chosen = new Float32Array(rows.length * width);
      for (const [i, row] of rows.entries()) {
        chosen.set(block.values.subarray(row * width, (row + 1) * width), i * width);
      }
      yield {
        count: rows.length,
        first: first + rows[0]!,
        rows: rows.map((row) => first + row),
        values: chosen,
        texts: block.texts.slice(0, -1).map((cells) => Array.from(rows, (row) => cells[row]!)),
      };
    }
  }
}

/** A word of a split; whole numbers as CSV and Parquet alike write them. */
function wholeWord(word: string): string {
  return word.replace(/^(\d+)\.0*$/, '$1');
}

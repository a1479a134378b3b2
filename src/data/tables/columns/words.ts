import { UserError } from '../../../base/errors.js';
import { excerpt } from '../../../base/excerpt.js';
import { mostCells } from '../known-cells.js';
import { isMissingLabel } from '../missing.js';
import { isMissing } from '../numbers.js';
import type { ColumnFacts, Table } from '../table.js';

/** The words of a column, gaps not among them. */
export interface ColumnWords {
  /** Words with the number of rows that hold each. */
  readonly counts: ReadonlyMap<string, number>;
  /** Tells whether all different words are there. */
  readonly areAll: boolean;
  /** The share of words that had not come before. */
  readonly newShare: number;
  readonly missing: number;
}

/** The words of a column of words, as a first reading shows them. */
export function wordsOf({ profile, missingLabels }: ColumnFacts): ColumnWords {
  const { words, hasAllWords, newShare } = profile!;
  return { counts: words, areAll: hasAllWords, newShare, missing: missingLabels };
}

/** True where a first reading tells the words of a column: no cell is a number or a truth. */
export function hasWords({ kind, profile }: ColumnFacts): boolean {
  return kind === 'words' && profile!.numbers?.size === 0 && profile!.truths.size === 0;
}

/** Tells whether a cell of a column of words holds no value; words such as None are values. */
export function isGap(text: string): boolean {
  return isMissing(text) && isMissingLabel(text);
}

/**
 * Reads the texts of columns, to count them as words.
 * @param places of the columns
 */
export async function countWords(
  table: Table,
  places: readonly number[],
): Promise<ReadonlyMap<number, ColumnWords>> {
  if (places.length === 0) return new Map();
  const found = places.map(() => ({ counts: new Map<string, number>(), rows: 0, missing: 0 }));
  const before = places.map((): number | undefined => undefined);
  for await (const { texts } of table.blocks([], places)) {
    for (const [i, cells] of texts.entries()) {
      const column = found[i]!;
      for (const text of cells) {
        if (isGap(text)) {
          column.missing++;
          continue;
        }
        const count = column.counts.get(text);
        if (count === undefined && column.counts.size >= mostCells) before[i] ??= column.rows;
        else column.counts.set(text, (count ?? 0) + 1);
        column.rows++;
      }
    }
  }
  return new Map(
    found.map(({ counts, rows, missing }, i) => {
      const seen = before[i] ?? rows;
      const newShare = seen === 0 ? 0 : counts.size / seen;
      return [places[i]!, { counts, areAll: before[i] === undefined, newShare, missing }];
    }),
  );
}

/** The flag that tells the kind of a column, as advice for people. */
export function columnFlag(name: string, what = 'categorical'): string {
  return `--columns ${/^[\w-]{1,40}$/.test(name) ? name : 'name'}=${what}`;
}

/** The first words of a column that are no numbers, refused. */
export function mixedError(path: string, facts: ColumnFacts, advice: string): UserError {
  const { name, words, hasMoreWords, firstWord } = facts;
  const [first = '', ...others] = words.slice(0, 3).map((word) => excerpt(word, 30));
  const more = hasMoreWords || words.length > 3 ? ', …' : '';
  const also = others.length > 0 ? ` (as are not ${others.join(', ')}${more})` : '';
  return new UserError(
    `${path}: ${firstWord}, column ${excerpt(name)}: ${first} is not a number, as most of the column is${also}. Correct the cells, or ${advice}.`,
  );
}

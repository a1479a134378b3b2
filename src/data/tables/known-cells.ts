import { isMissingLabel } from './missing.js';
import { booleanOf, cellNumber, type Decimal, isMissing, type NumberMark } from './numbers.js';

/** Different cells of a column that are remembered. */
export const mostCells = 2 ** 16;

/** The content of a cell that is no plain number. */
export type CellContent =
  /** A cell that holds no value. */
  | 'gap'
  /** A cell that holds no value, unless it is one of a column of words: `None`. */
  | 'gapWord'
  | 'boolean'
  | 'number'
  | 'word';

/** A cell as it is found in one row or several. */
export interface KnownCell {
  readonly text: string;
  readonly content: CellContent;
  /** NaN for gaps and words. */
  readonly value: number;
  readonly marks: readonly NumberMark[];
  /** The place among the cells of the column; -1 where they are too many. */
  readonly code: number;
  /** Number of rows that hold it. */
  count: number;
}

/** The different cells of a column that are no plain numbers, as far as they fit. */
export class KnownCells {
  readonly #cells = new Map<string, KnownCell>();
  /** Number of words there were when the first did not fit; undefined when all do. */
  #wordsBefore: number | undefined;

  /** The cells, in the order in which they first came. */
  get all(): Iterable<KnownCell> {
    return this.#cells.values();
  }

  /** Tells whether all cells are there. */
  get isWhole(): boolean {
    return this.#wordsBefore === undefined;
  }

  /** The words that are there, with the number of rows of each. */
  words(): Map<string, number> {
    const words = new Map<string, number>();
    for (const { content, text, count } of this.#cells.values()) {
      if (content === 'word' || content === 'gapWord') words.set(text, count);
    }
    return words;
  }

  /** The spellings of true and false, with the number of rows of each. */
  truths(): Map<string, number> {
    const truths = new Map<string, number>();
    for (const { content, text, count } of this.#cells.values()) {
      if (content === 'boolean') truths.set(text, count);
    }
    return truths;
  }

  /** The first different words and truths. */
  firstWords(most: number): string[] {
    const words: string[] = [];
    for (const { content, text } of this.#cells.values()) {
      if (words.length === most) break;
      if (content === 'word' || content === 'boolean') words.push(text);
    }
    return words;
  }

  /** The cell of a text. */
  ofText(text: string, decimal: Decimal): KnownCell {
    return this.#cells.get(text) ?? this.#keep(classified(text, decimal));
  }

  /** The cell of a text that is a word, even where it reads like a number. */
  ofWord(text: string): KnownCell {
    return (
      this.#cells.get(text) ??
      this.#keep({ text, content: 'word', value: Number.NaN, marks: noMarks })
    );
  }

  ofBoolean(text: string, value: 0 | 1): KnownCell {
    return this.#cells.get(text) ?? this.#keep({ text, content: 'boolean', value, marks: noMarks });
  }

  #keep(found: Classified): KnownCell {
    const isFull = this.#cells.size >= mostCells;
    const cell = { ...found, code: isFull ? -1 : this.#cells.size, count: 0 };
    if (isFull) {
      this.#wordsBefore ??= [...this.words().values()].reduce((sum, count) => sum + count, 0);
    } else this.#cells.set(found.text, cell);
    return cell;
  }

  /** The share of rows whose word had not come before, as far as words are remembered. */
  newShare(): number {
    const words = this.words();
    const rows = this.#wordsBefore ?? [...words.values()].reduce((sum, count) => sum + count, 0);
    return rows === 0 ? 0 : words.size / rows;
  }
}

type Classified = Omit<KnownCell, 'code' | 'count'>;

const noMarks: readonly NumberMark[] = [];

function classified(text: string, decimal: Decimal): Classified {
  const gap = { text, value: Number.NaN, marks: noMarks };
  if (isMissing(text)) return { ...gap, content: isMissingLabel(text) ? 'gap' : 'gapWord' };
  const truth = booleanOf(text);
  if (truth !== undefined) return { ...gap, content: 'boolean', value: truth };
  const found = cellNumber(text, decimal);
  return found ? { ...gap, content: 'number', ...found } : { ...gap, content: 'word' };
}

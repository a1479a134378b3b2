import type { TableBlock } from './table.js';

/** Values that are kept together. */
const blockValues = 2 ** 18;

/**
 * Rows of numbers as a first reading finds them, so that a small table need not be read twice; a word
 * is kept as its place among the words of its column. Once they take more than a limit they are
 * forgotten.
 */
export class KeptRows {
  readonly #blocks: Float32Array[] = [];
  readonly #rowsPerBlock: number;
  #rows = 0;
  #isWhole = true;

  /** @param limit most bytes to keep */
  constructor(
    private readonly width: number,
    private readonly limit: number,
  ) {
    this.#rowsPerBlock = Math.max(1, Math.floor(blockValues / width));
  }

  /** Tells whether all rows are there. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Takes the values of a row. @returns the block and the place in it where they lie */
  add(values: Float64Array): void {
    if (!this.#isWhole) return;
    const place = this.#rows % this.#rowsPerBlock;
    if (place === 0) {
      const length = this.#rowsPerBlock * this.width;
      if ((this.#blocks.length + 1) * length * 4 > this.limit) {
        this.#isWhole = false;
        this.#blocks.length = 0;
        return;
      }
      this.#blocks.push(new Float32Array(length));
    }
    const block = this.#blocks.at(-1)!;
    const start = place * this.width;
    for (let i = 0; i < this.width; i++) block[start + i] = values[i]!;
    this.#rows++;
  }

  /**
   * Rows as `Table.blocks` gives them.
   * @param texts columns of words without other gaps than empty cells, or of whole numbers
   * @param wordsOf the words that the values of such a column stand for
   */
  *blocks(
    values: readonly number[],
    texts: readonly number[],
    wordsOf: (place: number) => readonly string[] | undefined,
  ): Generator<TableBlock> {
    const dictionaries = texts.map(wordsOf);
    let first = 1;
    for (const block of this.#blocks) {
      const count = Math.min(this.#rowsPerBlock, this.#rows - first + 1);
      const chosen = new Float32Array(count * values.length);
      let at = 0;
      for (let row = 0; row < count; row++) {
        const start = row * this.width;
        for (let i = 0; i < values.length; i++) chosen[at++] = block[start + values[i]!]!;
      }
      const words = texts.map((place, i) => {
        const known = dictionaries[i];
        return Array.from({ length: count }, (_, row) => {
          const value = block[row * this.width + place]!;
          if (!known) return String(value);
          return Number.isNaN(value) ? '' : known[value]!;
        });
      });
      yield { count, first, values: chosen, texts: words };
      first += count;
    }
  }
}

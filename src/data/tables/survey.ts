import { type KnownCell, KnownCells } from './known-cells.js';
import type { NumberProfiles } from './number-profile.js';
import { type Decimal, mostFloat32, type NumberMark } from './numbers.js';
import type { ColumnContent, ColumnFacts, ColumnProfile } from './table.js';

/** Different words of a column that are remembered. */
const mostWords = 12;

/** Limits of a column that is meant to hold numbers, with few words among them. */
const [oddWords, numberShare, sureShare] = [3, 0.5, 0.95];

/** Statistics of the numbers of all columns: arrays, as a table may have millions of them. */
export class NumberSurvey {
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly least: Float64Array;
  readonly most: Float64Array;
  readonly whole: Uint8Array;
  readonly counting: Uint8Array;
  readonly #last: Float64Array;

  /** @param profiles takes all numbers too, for tables whose columns describe themselves */
  constructor(
    readonly columns: number,
    readonly profiles?: NumberProfiles,
  ) {
    this.counts = new Float64Array(columns);
    this.sums = new Float64Array(columns);
    this.least = new Float64Array(columns).fill(Infinity);
    this.most = new Float64Array(columns).fill(-Infinity);
    this.whole = new Uint8Array(columns).fill(1);
    this.counting = new Uint8Array(columns).fill(1);
    this.#last = new Float64Array(columns);
  }

  /** Takes the numbers of a row; NaN is none. @returns whether all are numbers */
  row(numbers: Float64Array): boolean {
    const { columns, counts, sums, least, most, whole, counting, profiles } = this;
    let isAll = true;
    for (let i = 0; i < columns; i++) {
      const value = numbers[i]!;
      if (Number.isNaN(value)) {
        isAll = false;
        continue;
      }
      counts[i]!++;
      sums[i]! += value;
      if (value < least[i]!) least[i] = value;
      if (value > most[i]!) most[i] = value;
      if (whole[i] && value !== Math.floor(value)) whole[i] = 0;
      if (counting[i]) this.#count(i, value);
      profiles?.add(i, value);
    }
    return isAll;
  }

  /** Takes one number. */
  add(column: number, value: number): void {
    this.counts[column]!++;
    this.sums[column]! += value;
    if (this.counting[column]) this.#count(column, value);
    this.profiles?.add(column, value);
    this.range(column, value);
  }

  /** Takes a number that is one of several in a cell. */
  range(column: number, value: number): void {
    if (value < this.least[column]!) this.least[column] = value;
    if (value > this.most[column]!) this.most[column] = value;
    if (value !== Math.floor(value)) this.whole[column] = 0;
  }

  #count(column: number, value: number): void {
    const isNext =
      this.counts[column] === 1 ? value === 0 || value === 1 : value === this.#last[column]! + 1;
    if (!isNext) this.counting[column] = 0;
    this.#last[column] = value;
  }
}

/** Looks at the cells of a column that are no plain numbers, and tells its facts in the end. */
export class ColumnSurvey {
  #missing = 0;
  #missingLabels = 0;
  #firstMissing: string | undefined;
  #booleans = 0;
  #trues = 0;
  #texts = 0;
  #firstWord: string | undefined;
  #infinite: string | undefined;
  #lists = 0;
  #length: number | undefined;
  readonly #marks = new Set<NumberMark>();
  /** The different cells that are no plain numbers. */
  readonly cells = new KnownCells();

  /** @param place of the column among the columns of `numbers` */
  constructor(
    private readonly numbers: NumberSurvey,
    private readonly place: number,
  ) {}

  /**
   * Takes the text of a cell that is no plain number.
   * @param place of the cell, for messages
   * @returns its value; NaN when it has none
   */
  text(text: string, decimal: Decimal, place: () => string): number {
    return this.take(this.cells.ofText(text, decimal), place);
  }

  /** Takes one of `cells`, once more. @returns its value; NaN when it has none */
  take(cell: KnownCell, place: () => string): number {
    cell.count++;
    switch (cell.content) {
      case 'gap':
        this.missing(place);
        break;
      case 'gapWord':
        this.#gap(place);
        break;
      case 'boolean':
        this.#booleans++;
        this.#trues += cell.value;
        break;
      case 'number':
        for (const mark of cell.marks) this.#marks.add(mark);
        this.value(cell.value, place);
        break;
      case 'word':
        this.#texts++;
        this.#firstWord ??= place();
    }
    return cell.value;
  }

  /** Takes a number that may not be finite. */
  value(value: number, place: () => string): void {
    if (Math.abs(value) <= mostFloat32) this.numbers.add(this.place, value);
    else this.#infinite ??= `${value} at ${place()}`;
  }

  /** Takes a cell without a value. */
  missing(place: () => string): void {
    this.#missingLabels++;
    this.#gap(place);
  }

  #gap(place: () => string): void {
    this.#missing++;
    this.numbers.counting[this.place] = 0;
    this.#firstMissing ??= place();
  }

  boolean(text: string, value: 0 | 1, place: () => string): void {
    this.take(this.cells.ofBoolean(text, value), place);
  }

  word(text: string, place: () => string): void {
    this.take(this.cells.ofWord(text), place);
  }

  /** Tells whether some cells are numbers or lists. */
  get hasNumbers(): boolean {
    const { numbers, place } = this;
    return numbers.counts[place]! > 0 || this.#lists > 0 || this.#infinite !== undefined;
  }

  /** Takes a list of numbers; NaN in it is a gap. */
  list(values: ArrayLike<number>, place: () => string): void {
    this.#lists++;
    if (this.#length === undefined) this.#length = values.length;
    else if (this.#length !== values.length) this.#length = -1;
    let hasGap = false;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) hasGap = true;
      else this.numbers.range(this.place, value);
    }
    if (hasGap) this.#gap(place);
  }

  #kind(): ColumnContent {
    const numbers = this.numbers.counts[this.place]!;
    const others = this.#texts + this.#booleans + this.#lists;
    if (numbers + others === 0) return this.#infinite ? 'number' : 'empty';
    if (others === 0) return 'number';
    if (this.#lists > 0 && this.#lists === numbers + others) {
      return this.#length! > 0 ? 'list' : 'other';
    }
    if (this.#booleans > 0 && this.#booleans === numbers + others) return 'boolean';
    const share = numbers / (numbers + others);
    const isOdd = share >= numberShare && this.cells.firstWords(mostWords).length <= oddWords;
    return isOdd || share >= sureShare ? 'mixed' : 'words';
  }

  facts(name: string): ColumnFacts {
    const kind = this.#kind();
    const { place } = this;
    const numbers = this.numbers.counts[place]!;
    const known = numbers + this.#booleans;
    const words = this.cells.firstWords(mostWords);
    return {
      name,
      kind,
      type: kind === 'other' ? 'lists of different lengths' : undefined,
      missing: this.#missing,
      firstMissing: this.#firstMissing,
      missingLabels: this.#missingLabels,
      least: kind === 'boolean' ? 0 : this.numbers.least[place]!,
      most: kind === 'boolean' ? 1 : this.numbers.most[place]!,
      mean: known > 0 ? (this.numbers.sums[place]! + this.#trues) / known : 0,
      isWhole: this.numbers.whole[place] === 1,
      isCounting: kind === 'number' && this.numbers.counting[place] === 1 && numbers > 1,
      marks: [...this.#marks],
      words,
      hasMoreWords: words.length === mostWords,
      firstWord: this.#firstWord,
      infinite: this.#infinite,
      shape: kind === 'list' ? [this.#length!] : undefined,
      profile: this.#profile(),
    };
  }

  #profile(): ColumnProfile | undefined {
    const { cells, place } = this;
    const { profiles } = this.numbers;
    if (!profiles) return undefined;
    return {
      words: cells.words(),
      hasAllWords: cells.isWhole,
      truths: cells.truths(),
      newShare: cells.newShare(),
      numbers: profiles.counts(place),
      decimals: profiles.decimals(place),
      areDistinct: profiles.areDistinct(place),
    };
  }
}

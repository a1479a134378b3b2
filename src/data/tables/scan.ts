import { UserError } from '../../base/errors.js';
import { found, readNumber } from './numbers.js';

const [newline, carriage, quote, space, tab] = [10, 13, 34, 32, 9];

/** Most columns: enough for a picture of 1000 × 1000 pixels. */
const mostColumns = 2 ** 20;

/** Describes how the text of a table is cut into cells. */
export interface Cuts {
  /** The byte between cells; with a space, several of them and tabs count as one. */
  readonly delimiter: number;
  /** The byte between whole part and fraction of numbers. */
  readonly decimal: number;
}

/** A row that is not well formed. */
export class RowFault extends Error {}

/**
 * Finds the cells of rows in UTF-8 bytes, and reads their numbers on the way: most tables that are
 * large hold little else. A cell is found by its place: `starts`, `ends` and `numbers`, which is NaN
 * where a cell is no plain number.
 */
export class RowScanner {
  /** Cells of the row that `next` found. */
  count = 0;
  /** Lines that the row takes: line breaks in quotes are within it. */
  lines = 1;
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  numbers = new Float64Array(64);
  /** Marks of cells whose text has quotes doubled. */
  #doubled = new Uint8Array(64);
  #hasDoubled = false;
  readonly #text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  /** The decimal mark outside of quotes; 0 where that byte parts cells. */
  readonly #decimal: number;

  constructor(readonly cuts: Cuts) {
    this.#decimal = cuts.decimal === cuts.delimiter ? 0 : cuts.decimal;
  }

  /**
   * Finds the cells of the row that begins at `from`. The byte at `end` must be a line feed.
   * @param final whether the text ends at `end`
   * @returns where the next row begins; -1 when this one does not end before `end`
   * @throws RowFault when quotes do not match
   */
  next(bytes: Uint8Array, from: number, end: number, final: boolean): number {
    const { delimiter } = this.cuts;
    const spaced = delimiter === space;
    this.lines = 1;
    if (this.#hasDoubled) this.#forgetDoubled();
    let { starts, ends, numbers } = this;
    let cell = 0;
    let at = from;
    if (spaced) at = this.#skipSpaces(bytes, at);
    for (;;) {
      if (cell === starts.length) ({ starts, ends, numbers } = this.#grow());
      starts[cell] = at;
      // Most cells of large tables are whole numbers of few digits.
      let next = at;
      let value = 0;
      let byte = bytes[next]!;
      while (byte >= 48 && byte <= 57) {
        value = value * 10 + (byte - 48);
        byte = bytes[++next]!;
      }
      if (
        next > at &&
        next - at < 16 &&
        (byte === delimiter || byte === newline || byte === carriage)
      ) {
        numbers[cell] = value;
        ends[cell] = next;
      } else {
        next = this.#cell(bytes, at, end, cell);
        if (next < 0) {
          if (final) throw new RowFault('a quote is not closed');
          return -1;
        }
        byte = bytes[next]!;
      }
      cell++;
      if (spaced) {
        next = this.#skipSpaces(bytes, next);
        byte = bytes[next]!;
        if (byte !== newline && byte !== carriage) {
          at = next;
          continue;
        }
      } else if (byte === delimiter) {
        at = next + 1;
        continue;
      }
      this.count = cell;
      return this.#rowEnd(bytes, next, end, final);
    }
  }

  /** Finds where the row after a line break begins; -1 when the break may not be whole. */
  #rowEnd(bytes: Uint8Array, at: number, end: number, final: boolean): number {
    if (at >= end) return final ? end : -1;
    if (bytes[at] !== carriage) return at + 1;
    // Its line feed may not have come yet.
    if (at + 1 >= end) return final ? end : -1;
    return bytes[at + 1] === newline ? at + 2 : at + 1;
  }

  #skipSpaces(bytes: Uint8Array, from: number): number {
    let at = from;
    while (bytes[at] === space || bytes[at] === tab) at++;
    return at;
  }

  #forgetDoubled(): void {
    this.#doubled.fill(0);
    this.#hasDoubled = false;
  }

  /** Tells whether a cell's text is not its bytes: quotes are doubled in it. */
  isDoubled(cell: number): boolean {
    return this.#doubled[cell] === 1;
  }

  /** The text of a cell, without spaces around it. */
  text(bytes: Uint8Array, cell: number): string {
    const text = this.#text.decode(bytes.subarray(this.starts[cell], this.ends[cell])).trim();
    return this.#doubled[cell] ? text.replaceAll('""', '"') : text;
  }

  /**
   * Finds the end of a cell, and its number if it is one.
   * @returns the place of the delimiter or line break after it; -1 when it has none before `end`
   */
  #cell(bytes: Uint8Array, from: number, end: number, cell: number): number {
    const { delimiter } = this.cuts;
    const isSpaced = delimiter === space;
    let at = from;
    while (bytes[at] === space && !isSpaced) at++;
    const number = readNumber(bytes, at, this.#decimal);
    if (number >= 0 && this.#isOver(bytes, number)) {
      this.numbers[cell] = found[0]!;
      at = number;
      while (bytes[at] === space && !isSpaced) at++;
      this.ends[cell] = number;
      return at;
    }
    this.numbers[cell] = Number.NaN;
    if (bytes[at] === quote) return this.#quoted(bytes, at + 1, end, cell);
    for (;;) {
      const byte = bytes[at]!;
      if (byte === delimiter || byte === newline || byte === carriage) break;
      if (isSpaced && byte === tab) break;
      at++;
    }
    this.ends[cell] = at;
    return at;
  }

  /** Tells whether nothing but spaces lies between a place and the end of its cell. */
  #isOver(bytes: Uint8Array, from: number): boolean {
    let at = from;
    while (bytes[at] === space) at++;
    const byte = bytes[at]!;
    if (this.cuts.delimiter === space && (at > from || byte === tab)) return true;
    return byte === this.cuts.delimiter || byte === newline || byte === carriage;
  }

  /** Finds the end of a cell in quotes. */
  #quoted(bytes: Uint8Array, from: number, end: number, cell: number): number {
    this.starts[cell] = from;
    const number = readNumber(bytes, from, this.cuts.decimal);
    if (number >= 0 && bytes[number] === quote) this.numbers[cell] = found[0]!;
    for (let at = from; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === newline || (byte === carriage && bytes[at + 1] !== newline)) this.lines++;
      if (byte !== quote) continue;
      if (bytes[at + 1] === quote && at + 1 < end) {
        this.#doubled[cell] = 1;
        this.#hasDoubled = true;
        this.numbers[cell] = Number.NaN;
        at++;
        continue;
      }
      this.ends[cell] = at;
      let next = at + 1;
      while (bytes[next] === space && this.cuts.delimiter !== space) next++;
      if (this.#isOver(bytes, next)) return next;
      throw new RowFault('text stands behind a closing quote');
    }
    return -1;
  }

  #grow(): this {
    const length = this.starts.length * 2;
    if (length > mostColumns * 2) {
      throw new UserError(`a row has over ${mostColumns} columns. Give a smaller table.`);
    }
    const larger = <T extends Int32Array | Float64Array | Uint8Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    this.starts = larger(this.starts, new Int32Array(length));
    this.ends = larger(this.ends, new Int32Array(length));
    this.numbers = larger(this.numbers, new Float64Array(length));
    this.#doubled = larger(this.#doubled, new Uint8Array(length));
    return this;
  }
}

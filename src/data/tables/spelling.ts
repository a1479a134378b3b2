import type { Decimal } from './numbers.js';
import type { RowScanner } from './scan.js';
import type { ColumnFacts } from './table.js';

/** Rows by which digits after the point are told. */
const firstRows = 1000;

const [zero, nine] = [48, 57];

/** Gathers how numbers are spelt in a table of text, by column. */
export class SpellingSurvey {
  readonly #isPadded: Uint8Array;
  readonly #leastDecimals: Float64Array;
  readonly #decimal: number;
  #rows = 0;

  constructor(columns: number, decimal: Decimal) {
    this.#isPadded = new Uint8Array(columns);
    this.#leastDecimals = new Float64Array(columns).fill(Infinity);
    this.#decimal = decimal.charCodeAt(0);
  }

  /** Looks at the row that a scanner found, whose cells are as they were scanned. */
  row(bytes: Uint8Array, { starts, ends, numbers }: RowScanner): void {
    const columns = this.#isPadded.length;
    const isFirst = this.#rows++ < firstRows;
    for (let cell = 0; cell < columns; cell++) {
      if (Number.isNaN(numbers[cell])) continue;
      const start = starts[cell]!;
      const end = ends[cell]!;
      if (bytes[start] === zero && end - start > 1 && isDigit(bytes[start + 1]!)) {
        this.#isPadded[cell] = 1;
      }
      if (isFirst) {
        const decimals = this.#decimals(bytes, start, end);
        if (decimals < this.#leastDecimals[cell]!) this.#leastDecimals[cell] = decimals;
      }
    }
  }

  /** Digits after the point; 0 where there is none. */
  #decimals(bytes: Uint8Array, start: number, end: number): number {
    let at = end - 1;
    while (at >= start && isDigit(bytes[at]!)) at--;
    return at >= start && bytes[at] === this.#decimal ? end - 1 - at : 0;
  }

  /** The facts of a column, with how its numbers are spelt. */
  with(facts: ColumnFacts, column: number): ColumnFacts {
    if (!facts.profile || facts.kind !== 'number') return facts;
    const least = this.#leastDecimals[column]!;
    const spelling = {
      isPadded: this.#isPadded[column] === 1,
      leastDecimals: Number.isFinite(least) ? least : 0,
    };
    return { ...facts, profile: { ...facts.profile, spelling } };
  }
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= nine;
}

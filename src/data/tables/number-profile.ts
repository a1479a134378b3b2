/** Different numbers of a column that are counted. */
const mostNumbers = 4096;

/** Digits after the point that are looked for. */
const mostDecimals = 10;

/** Differences that float32 values have from the decimal numbers that they stand for. */
const resolution = 1e-7;

const powers = Float64Array.from({ length: mostDecimals + 1 }, (_, i) => 10 ** i);

/** The numbers of columns in more detail than a survey's, for columns that describe themselves. */
export class NumberProfiles {
  readonly #counts: (Map<number, number> | undefined)[];
  readonly #decimals: Uint8Array;
  /** All values of columns with names of ids, while none has come twice. */
  readonly #ids: (Set<number> | undefined)[];

  /** @param areIds whether the name of each column suggests ids */
  constructor(areIds: readonly boolean[]) {
    this.#counts = areIds.map(() => new Map());
    this.#decimals = new Uint8Array(areIds.length);
    this.#ids = areIds.map((isId) => (isId ? new Set() : undefined));
  }

  /** Takes a finite number. */
  add(column: number, value: number): void {
    const counts = this.#counts[column];
    if (counts) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
      if (counts.size > mostNumbers) this.#counts[column] = undefined;
    }
    const ids = this.#ids[column];
    if (ids) {
      if (ids.has(value) || ids.size === 2 ** 23) this.#ids[column] = undefined;
      else ids.add(value);
    }
    let decimals = this.#decimals[column]!;
    while (decimals < mostDecimals && !hasDecimals(value, decimals)) decimals++;
    this.#decimals[column] = decimals;
  }

  /** Numbers with the rows that hold each; undefined when they are too many. */
  counts(column: number): ReadonlyMap<number, number> | undefined {
    return this.#counts[column];
  }

  /** Tells whether a column that is named so holds each number once. */
  areDistinct(column: number): boolean {
    return this.#ids[column] !== undefined;
  }

  /** Digits after the point, at most; undefined when they are as many as a number has. */
  decimals(column: number): number | undefined {
    const decimals = this.#decimals[column]!;
    return decimals === mostDecimals ? undefined : decimals;
  }
}

/** Tells whether a number has no more digits after the point. */
function hasDecimals(value: number, decimals: number): boolean {
  const scaled = value * powers[decimals]!;
  return Math.abs(scaled - Math.round(scaled)) <= resolution * Math.abs(scaled);
}

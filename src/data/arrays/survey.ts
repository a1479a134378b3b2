import { isWhole, type Numbers, numbersOf } from '../codecs/numbers.js';
import { type NumberSource, rowBlocks } from './array-source.js';

/** The numbers of an array, as far as they decide how it is read. */
export interface Survey {
  /** The smallest and the largest finite number. */
  readonly min: number;
  readonly max: number;
  /** Tells whether all finite numbers are whole. */
  readonly whole: boolean;
  /** Numbers that are not finite. */
  readonly gaps: Gaps;
  /** Tells whether only a part was looked at. */
  readonly sampled: boolean;
}

/** Numbers that are not finite: NaN and infinities. */
export interface Gaps {
  readonly values: number;
  /** The examples that have such, in their order. */
  readonly examples: readonly number[];
  readonly first?: { readonly example: number; readonly place: number; readonly value: number };
}

/** The byte beyond which a larger one tells nothing new: no image of a few levels has it. */
const ordinaryByte = 64;

/** Looks at numbers block by block. */
class Surveyor {
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  whole = true;
  values = 0;
  readonly examples: number[] = [];
  first: Gaps['first'];

  constructor(
    private readonly width: number,
    private readonly isWholeType: boolean,
  ) {}

  /** @param start the example that the block begins with */
  add(block: Numbers, start: number): void {
    let { min, max } = this;
    let finite = true;
    for (let i = 0; i < block.length; i++) {
      const value = block[i]!;
      if (value - value !== 0) finite = false;
      else {
        if (value < min) min = value;
        if (value > max) max = value;
      }
    }
    this.min = min;
    this.max = max;
    if (!this.isWholeType && this.whole) this.whole = block.every(isWholeOrGap);
    if (!finite) this.#addGaps(block, start);
  }

  #addGaps(block: Numbers, start: number): void {
    for (let i = 0; i < block.length; i++) {
      const value = block[i]!;
      if (Number.isFinite(value)) continue;
      const [example, place] = [start + Math.floor(i / this.width), i % this.width];
      this.first ??= { example, place, value };
      if (this.examples.at(-1) !== example) this.examples.push(example);
      this.values++;
    }
  }

  result(sampled: boolean): Survey {
    const { min, max, whole, values, examples, first } = this;
    const gaps = { values, examples, ...(first ? { first } : {}) };
    return { min, max, whole: whole && min <= max, gaps, sampled };
  }
}

const isWholeOrGap = (value: number) => Number.isInteger(value) || !Number.isFinite(value);

/**
 * Looks at the numbers of an array: at all of them, unless they are bytes that soon show to be
 * ordinary pixels.
 * @throws UserError when they cannot be read
 */
export async function surveyArray(source: NumberSource): Promise<Survey> {
  const { type, shape, path } = source;
  const width = shape.slice(1).reduce((a, b) => a * b, 1);
  const surveyor = new Surveyor(width, isWhole(type));
  let start = 0;
  for await (const block of rowBlocks(source)) {
    const numbers = numbersOf(type, block, path);
    surveyor.add(numbers, start);
    start += numbers.length / width;
    if (type === 'uint8' && surveyor.max >= ordinaryByte) return surveyor.result(true);
  }
  return surveyor.result(false);
}

/**
 * Looks at some examples of an array that is read by batch.
 * @param parts numbers, each with the example that they begin with
 */
export async function surveySample(
  { type, shape, path }: NumberSource,
  parts: AsyncIterable<{ readonly start: number; readonly bytes: Uint8Array<ArrayBuffer> }>,
): Promise<Survey> {
  const width = shape.slice(1).reduce((a, b) => a * b, 1);
  const surveyor = new Surveyor(width, isWhole(type));
  for await (const { start, bytes } of parts) surveyor.add(numbersOf(type, bytes, path), start);
  return surveyor.result(true);
}

/** Surveys of parts that are read alike, as one. */
export function together(surveys: readonly Survey[]): Survey {
  return {
    min: Math.min(...surveys.map(({ min }) => min)),
    max: Math.max(...surveys.map(({ max }) => max)),
    whole: surveys.every(({ whole }) => whole),
    gaps: { values: 0, examples: [] },
    sampled: surveys.some(({ sampled }) => sampled),
  };
}

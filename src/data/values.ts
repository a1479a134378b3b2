import { spread } from './changes/spread.js';
import { type Dataset, exampleBytes, readRange } from './dataset.js';

/** A summary of the values of examples; uint8 stands for [0, 1]. */
export interface ValueSummary {
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  /** The standard deviation over all values. */
  readonly deviation: number;
  /** The share of values that are 0. */
  readonly zeros: number;
  /** Tells whether all are whole numbers, as they are stored. */
  readonly areWhole: boolean;
  /** Tells whether all are 0 or 1. */
  readonly areBinary: boolean;
  /** Number of examples that it is of. */
  readonly examples: number;
}

/** Examples that a summary is of, where no number is given. */
const usualExamples = 256;

/** Bytes of examples that are read for one, at most. */
const mostBytes = 2 ** 26;

/** Examples that are in memory at a time. */
const readSize = 64;

/**
 * A summary of examples that stand for a dataset.
 * @param most how many are looked at: they are spread over the data, and the same each time
 */
export async function summarizeValues(data: Dataset, most = usualExamples): Promise<ValueSummary> {
  const fitting = Math.max(1, Math.floor(mostBytes / Math.max(1, exampleBytes(data))));
  const sample = spread(data, Math.min(most, fitting));
  const unit = data.dtype === 'uint8' ? 1 / 255 : 1;
  let [least, largest, sum, squares, zeros] = [Infinity, -Infinity, 0, 0, 0];
  let [areWhole, areBinary] = [true, true];
  let count = 0;
  for (let start = 0; start < sample.size; start += readSize) {
    const { data: values } = await readRange(
      sample,
      start,
      Math.min(start + readSize, sample.size),
    );
    for (const stored of values as Uint8Array | Float32Array) {
      if (Number.isNaN(stored)) continue;
      count += 1;
      const value = stored * unit;
      if (value < least) least = value;
      if (value > largest) largest = value;
      sum += value;
      squares += value * value;
      if (value === 0) zeros += 1;
      else if (value !== 1) areBinary = false;
      if (!Number.isInteger(stored)) areWhole = false;
    }
  }
  if (count === 0) [least, largest, count] = [0, 0, 1];
  const mean = sum / count;
  return {
    least,
    most: largest,
    mean,
    deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)),
    zeros: zeros / count,
    areWhole,
    areBinary,
    examples: sample.size,
  };
}

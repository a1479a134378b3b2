import { operationsOf } from './gradient.js';
import { optimize } from './rewrite/index.js';
import { type DType, parseDimension, type Value } from './value.js';

/**
 * What processors' caches hold for sure of a matrix, in bytes. The largest products of a
 * convolutional step run at 140 GFLOP/s from matrices of 7 MB and at 96 from four times that.
 */
const cacheBytes = 1 << 23;

const bytesOf: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 8,
  uint8: 1,
  bool: 1,
};

/** How many bytes the largest tensor of a program takes for each example. */
function largestRow(values: readonly Value[], symbol: string): number {
  let largest = 0;
  for (const { outputs } of operationsOf(values)) {
    for (const { dtype, shape } of outputs) {
      let [bytes, rows] = [bytesOf[dtype], 0];
      for (const dimension of shape) {
        const { factor, symbols } =
          typeof dimension === 'number'
            ? { factor: dimension, symbols: [] }
            : parseDimension(dimension);
        bytes *= factor;
        rows += symbols.filter((each) => each === symbol).length;
      }
      if (rows === 1) largest = Math.max(largest, bytes);
    }
  }
  return largest;
}

/**
 * Into parts of how many examples a step is best cut, so that its largest tensor stays in the
 * processor's caches: as even parts as can be.
 * @param values what the step computes of a batch
 * @param symbol the dimension of the batch
 * @param batchSize examples in the batch
 * @param bytes what the largest tensor may take
 * @returns `batchSize` where the whole is small enough
 */
export function partSize(
  values: readonly Value[],
  symbol: string,
  batchSize: number,
  bytes = cacheBytes,
): number {
  const most = Math.max(1, Math.floor(bytes / largestRow(optimize(values), symbol)));
  return Math.ceil(batchSize / Math.max(1, Math.ceil(batchSize / most)));
}

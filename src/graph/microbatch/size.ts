import { bytesOf } from '../footprint.js';
import { operationsOf } from '../order.js';
import { type ConvolutionForm, optimize } from '../rewrite/index.js';
import { measure, type Value } from '../value.js';

/**
 * Bytes that the largest tensor of a microbatch may take. With AVX-512 and 2 MB of second-level cache a core, a step
 * of the convolutional preset takes an eighth less time at 4 MB than at 7 (3 rounds in turn); images four times as
 * large take as long with either. On an AMD EPYC no size gave a clear gain.
 */
const mostBytes = 5 << 20;

/** Counts the bytes that the largest tensor of a program takes for each example. */
function largestRow(values: readonly Value[], symbol: string): number {
  let largest = 0;
  for (const { outputs } of operationsOf(values)) {
    for (const { dtype, shape } of outputs) {
      const { known, symbols } = measure(shape);
      const rows = symbols.filter((each) => each === symbol).length;
      if (rows === 1) largest = Math.max(largest, known * bytesOf[dtype]);
    }
  }
  return largest;
}

/**
 * Chooses how many examples a microbatch has, so that its largest tensor stays in the processor's
 * caches. Equal microbatches are best: each finds its memory where the one before it left it.
 * @param values all that the step computes of a batch
 * @param symbol the dimension of the batch
 * @param batchSize examples in the batch
 * @param bytes that the largest tensor may take
 * @param convolutions the form of convolutions, some of which have no patches
 * @returns `batchSize` where the whole is small enough
 */
export function microbatchSize(
  values: readonly Value[],
  symbol: string,
  batchSize: number,
  bytes = mostBytes,
  convolutions?: ConvolutionForm,
): number {
  const row = largestRow(optimize(values, 'cpu', convolutions), symbol);
  const most = Math.max(1, Math.floor(bytes / row));
  if (most >= batchSize) return batchSize;
  for (let size = most; 2 * size > most; size--) {
    if (batchSize % size === 0) return size;
  }
  return Math.ceil(batchSize / Math.ceil(batchSize / most));
}

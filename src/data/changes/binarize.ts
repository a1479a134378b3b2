import { type RandomStream, randomStream, uniformBlock } from '../../base/random.js';
import { isBytes } from '../../base/realm.js';
import { elementCount } from '../../base/shape.js';
import { type Dataset, factsOf } from '../dataset.js';

const draws = new Float32Array(4);

/**
 * Makes each value x of [0, 1] (or of 0 to 255, as bytes) 1 with probability x, else 0. Where four
 * neighbours are black or white already, as in most of a drawing, no numbers are drawn.
 * @param values changed in place
 * @param stream element i depends on its number i only
 * @param from the number of the first value
 */
export function binarize(values: Uint8Array | Float32Array, stream: RandomStream, from = 0): void {
  const one = isBytes(values) ? 255 : 1;
  for (let block = 4 * Math.floor(from / 4) - from; block < values.length; block += 4) {
    const start = Math.max(0, block);
    const end = Math.min(block + 4, values.length);
    let gray = false;
    for (let i = start; i < end; i++) gray ||= values[i] !== 0 && values[i] !== one;
    if (!gray) continue;
    uniformBlock(stream, (from + block) / 4, draws);
    for (let i = start; i < end; i++) {
      values[i] = draws[i - block]! * one < values[i]! ? one : 0;
    }
  }
}

/**
 * A dataset whose examples are binary: each was drawn once, by the seed and its index, and stays so
 * (static binarization; Larochelle and Murray 2011). Nothing is copied.
 */
export function binarized(dataset: Dataset, seed = 0): Dataset {
  const width = elementCount(dataset.shape);
  return {
    name: `${dataset.name} (binarized)`,
    size: dataset.size,
    shape: dataset.shape,
    dtype: dataset.dtype,
    ...factsOf(dataset),
    async read(indices, target) {
      await dataset.read(indices, target);
      for (let row = 0; row < indices.length; row++) {
        const stream = randomStream(seed, 'binarize', indices[row]!);
        binarize(target.subarray(row * width, (row + 1) * width), stream);
      }
    },
  };
}

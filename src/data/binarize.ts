import type { Dataset } from './dataset.js';
import { fillUniform, type RandomStream, randomStream } from './random.js';

/**
 * Makes each value x of [0, 1] (or of 0 to 255, as bytes) 1 with probability x, else 0.
 * @param values changed in place
 * @param scratch holds at least as many numbers
 */
export function binarize(
  values: Uint8Array | Float32Array,
  stream: RandomStream,
  scratch: Float32Array,
): void {
  const draws = scratch.subarray(0, values.length);
  fillUniform(stream, draws);
  const one = values instanceof Uint8Array ? 255 : 1;
  for (let i = 0; i < values.length; i++) values[i] = draws[i]! * one < values[i]! ? one : 0;
}

/**
 * A dataset whose examples are binary: each was drawn once, by the seed and its index, and stays so
 * (static binarization; Larochelle and Murray 2011). Nothing is copied.
 */
export function binarized(dataset: Dataset, seed = 0): Dataset {
  const width = dataset.shape.reduce((a, b) => a * b, 1);
  const scratch = new Float32Array(width);
  const { labels, classNames } = dataset;
  return {
    name: dataset.name,
    size: dataset.size,
    shape: dataset.shape,
    dtype: dataset.dtype,
    ...(labels ? { labels } : {}),
    ...(classNames ? { classNames } : {}),
    async read(indices, target) {
      await dataset.read(indices, target);
      for (let row = 0; row < indices.length; row++) {
        const stream = randomStream(seed, 'binarize', indices[row]!);
        binarize(target.subarray(row * width, (row + 1) * width), stream, scratch);
      }
    },
  };
}

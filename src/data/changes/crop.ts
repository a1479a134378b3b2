import { UserError } from '../../base/errors.js';
import { type Dataset, factsOf } from '../dataset.js';

/** Height and width in pixels. */
export type Size = readonly [height: number, width: number];

/**
 * The shape of a dataset's images when they are cropped.
 * @throws UserError when the examples are not images [channels, height, width] of that size or more
 */
export function croppedShape({ name, shape }: Dataset, [height, width]: Size): readonly number[] {
  if (shape.length !== 3 || shape[1]! < height || shape[2]! < width) {
    throw new UserError(
      `${name} has examples of shape [${shape.join(', ')}], which a crop to [${height}, ${width}] does not fit. It needs images [channels, height, width] of at least that size.`,
    );
  }
  return [shape[0]!, height, width];
}

/**
 * A dataset of the middles of another's images; none is copied.
 * @throws UserError as `croppedShape`
 */
export function centerCropped(dataset: Dataset, size: Size): Dataset {
  const shape = croppedShape(dataset, size);
  const [channels, rows, columns] = dataset.shape as [number, number, number];
  const [height, width] = size;
  const [top, left] = [(rows - height) >> 1, (columns - width) >> 1];
  return {
    name: dataset.name,
    size: dataset.size,
    shape,
    dtype: dataset.dtype,
    ...factsOf(dataset),
    async read(indices, target) {
      const values = indices.length * channels * rows * columns;
      const whole = new (dataset.dtype === 'uint8' ? Uint8Array : Float32Array)(values);
      await dataset.read(indices, whole);
      for (let plane = 0, at = 0; plane < indices.length * channels; plane++) {
        for (let row = 0; row < height; row++, at += width) {
          const start = (plane * rows + top + row) * columns + left;
          target.set(whole.subarray(start, start + width), at);
        }
      }
    },
  };
}

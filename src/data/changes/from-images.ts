import { UserError } from '../../base/errors.js';
import { isBytes, isFloats } from '../../base/realm.js';
import { fromArray, type TensorDataset } from '../dataset.js';

/** One example that comes from code. */
export interface LabelledImage {
  /** Its values, row-major, channels first: bytes for [0, 1] in steps of 1/255, or floats. */
  readonly image: Uint8Array | Float32Array;
  /** Its class, from 0; all examples have one or none has. */
  readonly label?: number | undefined;
}

/**
 * A dataset in memory of examples that come one after another: a generator, a stream, a list.
 * @param shape shape of one example; for images [channels, height, width]
 * @throws UserError when there are none, when one is not of that shape or of another type than the
 *   first, when only some have labels, or when a float value is not finite
 */
export async function fromImages(
  images: Iterable<LabelledImage> | AsyncIterable<LabelledImage>,
  shape: readonly number[],
  options: { readonly name?: string; readonly classNames?: readonly string[] } = {},
): Promise<TensorDataset> {
  const name = options.name ?? 'data';
  const width = shape.reduce((product, size) => product * size, 1);
  let values: Uint8Array | Float32Array | undefined;
  const labels: number[] = [];
  let count = 0;
  for await (const { image, label } of images) {
    if (!(isBytes(image) || isFloats(image))) {
      throw new UserError(`${name}: image ${count} is no Uint8Array or Float32Array. Convert it.`);
    }
    values ??= emptyLike(image, 64 * width);
    if (isBytes(image) !== isBytes(values)) {
      throw new UserError(
        `${name}: image ${count} is ${typeName(image)}, but those before are ${typeName(values)}. Give one type.`,
      );
    }
    if (image.length !== width) {
      throw new UserError(
        `${name}: image ${count} has ${image.length} values, but shape [${shape.join(', ')}] takes ${width}. Resize it.`,
      );
    }
    if (count > 0 && (label !== undefined) !== labels.length > 0) {
      throw new UserError(
        `${name}: image ${count} has ${label === undefined ? 'no' : 'a'} label, unlike those before. Give all a label or none.`,
      );
    }
    if ((count + 1) * width > values.length) {
      const larger = emptyLike(values, values.length * 2);
      larger.set(values);
      values = larger;
    }
    values.set(image, count * width);
    if (label !== undefined) labels.push(label);
    count++;
  }
  return fromArray((values ?? new Uint8Array()).subarray(0, count * width), shape, {
    ...options,
    name,
    ...(labels.length > 0 ? { labels: Int32Array.from(labels) } : {}),
  });
}

function emptyLike(values: Uint8Array | Float32Array, length: number): Uint8Array | Float32Array {
  return isBytes(values) ? new Uint8Array(length) : new Float32Array(length);
}

function typeName(values: Uint8Array | Float32Array): string {
  return isBytes(values) ? 'Uint8Array' : 'Float32Array';
}

import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import type { ElementType } from '../codecs/elements.js';

/** How the examples of an array are shaped. */
export interface ArrayLayout {
  /** How many examples there are. */
  readonly size: number;
  /** Shape of one, channels first. */
  readonly shape: readonly number[];
  /** The order of one example's values, from the array's to that of `shape`, where it differs. */
  readonly arrange?: (row: Uint8Array | Float32Array) => Uint8Array | Float32Array;
}

/**
 * The meaning of the axes of an array: [N, features] are vectors, [N, H, W] gray images, and four axes
 * are [N, C, H, W], unless the last is 1, 3 or 4 long and the second is not: then [N, H, W, C].
 * @throws UserError when it has another rank or holds nothing
 */
export function arrayLayout(shape: readonly number[], name: string): ArrayLayout {
  const [size = 0, ...rest] = shape;
  if (rest.length < 1 || rest.length > 3) {
    throw new UserError(
      `${name} has shape ${formatShape(shape)}. Give images as [N, H, W], [N, C, H, W] or [N, H, W, C], or vectors as [N, features].`,
    );
  }
  if (shape.includes(0)) {
    throw new UserError(
      `${name} holds no values: its shape is ${formatShape(shape)}. Give an array with examples.`,
    );
  }
  if (rest.length === 1) return { size, shape: rest };
  if (rest.length === 2) return { size, shape: [1, ...rest] };
  const [first, second, last] = rest as [number, number, number];
  if (!isChannels(last) || isChannels(first)) return { size, shape: rest };
  const plane = first * second;
  return {
    size,
    shape: [last, first, second],
    arrange(row) {
      const planar = row.slice();
      for (let channel = 0; channel < last; channel++) {
        for (let i = 0; i < plane; i++) planar[channel * plane + i] = row[i * last + channel]!;
      }
      return planar;
    },
  };
}

function isChannels(length: number): boolean {
  return length === 1 || length === 3 || length === 4;
}

/** The type in which elements of a type are kept. @throws UserError when they are no pixels */
export function pixelType(type: Tensor.Type, name: string): 'uint8' | 'float32' {
  if (type === 'uint8' || type === 'bool') return 'uint8';
  if (type === 'float32' || type === 'float64') return 'float32';
  throw new UserError(
    `${name} holds ${type} values. Convert images to uint8 (0 to 255) or float32, as by array.astype('u1').`,
  );
}

/** Elements as pixels: float64 rounded to float32, true as 255. */
export function pixels(type: ElementType, data: Tensor.DataType): Uint8Array | Float32Array {
  if (type === 'bool') return (data as Uint8Array).map((value) => value * 255);
  if (type === 'float64') return Float32Array.from(data as Float64Array);
  return data as Uint8Array | Float32Array;
}

/** Puts the values of every example into their order, in place. */
export function arrangeRows(
  values: Uint8Array | Float32Array,
  { shape, arrange }: ArrayLayout,
): Uint8Array | Float32Array {
  if (!arrange) return values;
  const width = shape.reduce((product, length) => product * length, 1);
  for (let start = 0; start < values.length; start += width) {
    values.set(arrange(values.subarray(start, start + width)), start);
  }
  return values;
}

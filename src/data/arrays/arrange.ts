import type { ArrayAxes } from './axes.js';

/** The plane of one channel with height and width exchanged. */
function transpose(
  from: Uint8Array | Float32Array,
  into: Uint8Array | Float32Array,
  [channels = 1, height = 1, width = 1]: readonly number[],
): void {
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * height * width;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        into[start + row * width + column] = from[start + column * height + row]!;
      }
    }
  }
}

/** Channels from the last axis to the first. */
function separate(
  from: Uint8Array | Float32Array,
  into: Uint8Array | Float32Array,
  channels: number,
): void {
  const plane = from.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < plane; i++) into[channel * plane + i] = from[i * channels + channel]!;
  }
}

/** Puts the values of every example into the order of `shape`, in place. */
export function arrangeRows<T extends Uint8Array | Float32Array>(
  values: T,
  { shape, channelsLast, transposed }: ArrayAxes,
): T {
  if (!channelsLast && !transposed) return values;
  const width = shape.reduce((product, length) => product * length, 1);
  for (let start = 0; start < values.length; start += width) {
    const row = values.subarray(start, start + width);
    if (channelsLast) separate(row.slice(), row, channelsLast);
    if (transposed) transpose(row.slice(), row, shape);
  }
  return values;
}

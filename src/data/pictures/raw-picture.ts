import { isGrayColour, type UserColour } from './colour.js';
import type { DecodedPicture, Decoding, Range } from './picture.js';

/** The pixels of a picture as its file has them. */
export interface RawPicture {
  readonly width: number;
  readonly height: number;
  /** Gray, gray and alpha, colour, or colour and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** Row by row, the channels of a pixel side by side. */
  readonly values: ArrayLike<number>;
  readonly depth: 'bytes' | 'whole' | 'real';
  /** The value of white, where the file says it. */
  readonly white?: number;
  /** The value of opaque in the channel of alpha. */
  readonly opaque?: number;
}

/** The smallest and the largest value of colours. @returns undefined when one is not finite */
export function rangeOf({ values, channels }: RawPicture): Range | undefined {
  const colours = channels - (channels % 2 === 0 ? 1 : 0);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    if (i % channels >= colours) continue;
    const value = values[i]!;
    if (!Number.isFinite(value)) return undefined;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Tells whether some pixel is not gray, or the ground that may be seen through some is not. */
export function isColoured({ values, channels }: RawPicture, background: UserColour): boolean {
  if (channels % 2 === 0 && !isGrayColour(background)) return true;
  if (channels < 3) return false;
  for (let i = 0; i < values.length; i += channels) {
    if (values[i] !== values[i + 1] || values[i] !== values[i + 2]) return true;
  }
  return false;
}

/** Tells whether each channel has one value alone. @param values [channels, height, width] */
export function isOneColour(values: ArrayLike<number>, channels: number): boolean {
  const size = values.length / channels;
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== values[i - (i % size)]) return false;
  }
  return true;
}

/** Numbers from 0 to 1 by planes: of colours over the ground, gray by the weights of Rec. 709. */
function planesOf(raw: RawPicture, { shape, background, ranges }: Decoding): Float32Array[] {
  const { width, height, values, channels, opaque = 1 } = raw;
  const [black, white] =
    raw.white !== undefined
      ? [0, raw.white]
      : (raw.depth !== 'bytes' && ranges[raw.depth]) || [0, 255];
  const scale = white > black ? 1 / (white - black) : 0;
  const planes = Array.from({ length: shape.channels }, () => new Float32Array(width * height));
  const pixel = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    const from = i * channels;
    const alpha = channels % 2 === 0 ? values[from + channels - 1]! / opaque : 1;
    for (let channel = 0; channel < 3; channel++) {
      const value = (values[from + (channels < 3 ? 0 : channel)]! - black) * scale;
      pixel[channel] = value * alpha + (1 - alpha) * (background[channel]! / 255);
    }
    const [red, green, blue] = pixel as [number, number, number];
    if (planes.length === 3) for (const [c, plane] of planes.entries()) plane[i] = pixel[c]!;
    else {
      const isGray = red === green && red === blue;
      planes[0]![i] = isGray ? red : 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    }
  }
  return planes;
}

/** The weights of the pixels that a new pixel is made of. */
interface Weights {
  readonly first: number;
  readonly weights: Float64Array;
}

/** A triangle over each new pixel, as wide as the old ones that it covers, as Pillow's BILINEAR. */
function triangles(length: number, [from, to]: readonly [number, number], size: number): Weights[] {
  const step = (to - from) / size;
  const reach = Math.max(step, 1);
  return Array.from({ length: size }, (_, place) => {
    const centre = from + (place + 0.5) * step;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(length, Math.floor(centre + reach + 0.5));
    const weights = Float64Array.from({ length: end - first }, (_, i) =>
      Math.max(0, 1 - Math.abs(first + i + 0.5 - centre) / reach),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

function resample(
  plane: Float32Array,
  width: number,
  across: readonly Weights[],
  down: readonly Weights[],
): Float32Array {
  const result = new Float32Array(across.length * down.length);
  const row = new Float64Array(width);
  for (const [y, { first: top, weights: rows }] of down.entries()) {
    row.fill(0);
    for (const [i, weight] of rows.entries()) {
      const start = (top + i) * width;
      for (let x = 0; x < width; x++) row[x]! += weight * plane[start + x]!;
    }
    for (const [x, { first, weights }] of across.entries()) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * row[first + i]!;
      result[y * across.length + x] = sum;
    }
  }
  return result;
}

/** The middle part of a length that keeps proportions: all of it for `scale` or less. */
function middle(length: number, size: number, scale: number): readonly [number, number] {
  const kept = Math.min(length, size / scale);
  return [(length - kept) / 2, (length + kept) / 2];
}

/** A picture of any depth as numbers from 0 to 1, [channels, height, width]. */
export function fitRaw(raw: RawPicture, decoding: Decoding): DecodedPicture {
  const { shape, fit } = decoding;
  const size = shape.height * shape.width;
  const values = new Float32Array(shape.channels * size);
  const same = raw.width === shape.width && raw.height === shape.height;
  const scale = Math.max(shape.width / raw.width, shape.height / raw.height);
  const cut = (length: number, target: number) =>
    fit === 'cover' ? middle(length, target, scale) : ([0, length] as const);
  const across = triangles(raw.width, cut(raw.width, shape.width), shape.width);
  const down = triangles(raw.height, cut(raw.height, shape.height), shape.height);
  for (const [channel, plane] of planesOf(raw, decoding).entries()) {
    values.set(same ? plane : resample(plane, raw.width, across, down), channel * size);
  }
  const isVeiled = raw.channels % 2 === 0 && isOneColour(values, shape.channels);
  return { values, isVeiled };
}

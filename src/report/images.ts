import { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import { isBytes, isFloats } from '../base/realm.js';
import type { Raster } from './canvas.js';

/**
 * Images of shape [N, C, H, W] with 1 (gray) or 3 (red, green, blue) channels: a tensor, or values
 * and their shape. Floats stand for [0, 1], bytes for [0, 255].
 */
export type Images =
  | Tensor
  | { readonly data: Float32Array | Uint8Array; readonly shape: readonly number[] };

/** Images whose shape was checked. */
export interface ImageBatch {
  readonly data: Float32Array | Uint8Array;
  readonly count: number;
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
}

/**
 * Reads the shape of images.
 * @param what names the images in messages
 * @throws UserError when they are no images of shape [N, C, H, W] with 1 or 3 channels, N at least 1
 */
export function readImages(images: Images, what: string): ImageBatch {
  const shape = 'dims' in images ? images.dims : images.shape;
  const { data } = images;
  const [count = 0, channels, height = 0, width = 0] = shape;
  if (shape.length !== 4 || (channels !== 1 && channels !== 3)) {
    throw new UserError(
      `${what}: a picture needs images of shape [N, C, H, W] with 1 or 3 channels, not [${shape.join(', ')}].`,
    );
  }
  if (!(isFloats(data) || isBytes(data))) {
    throw new UserError(`${what}: a picture needs float32 or uint8 images.`);
  }
  if (count < 1 || data.length !== count * channels * height * width || data.length === 0) {
    throw new UserError(
      `${what}: ${data.length} values do not fill images of shape [${shape.join(', ')}], or there is no image.`,
    );
  }
  return { data, count, channels, height, width };
}

/** Says where a grid's images lie. */
export interface GridOptions {
  readonly columns: number;
  readonly rows: number;
  /**
   * Pixels of the picture for one pixel of an image, in width and in height: a whole number, or one
   * over a whole number where images are made smaller.
   */
  readonly scale: number;
  /** White pixels between two images. */
  readonly gap: number;
}

/** Size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Size of an image as it is drawn, in pixels. */
export function drawnSize({ width, height }: Size, scale: number): Size {
  // A third of 3 must be 1, however a third is rounded.
  const drawn = (side: number) => Math.ceil(side * scale - 1e-6);
  return { width: drawn(width), height: drawn(height) };
}

/** Size of a grid of images in pixels. */
export function gridSize(images: Size, { columns, rows, scale, gap }: GridOptions): Size {
  const { width, height } = drawnSize(images, scale);
  return {
    width: columns * width + (columns - 1) * gap,
    height: rows * height + (rows - 1) * gap,
  };
}

/** A grid has no longer side, and no more pixels in all: a file of some megabytes. */
const mostSide = 4000;
const mostPixels = 8e6;

const fits = ({ width, height }: Size) =>
  Math.max(width, height) <= mostSide && width * height <= mostPixels;

/**
 * Decides how much images are enlarged: the whole number that brings their longer side nearest to
 * `target` pixels, at least 1; less where the picture would be too large, if need be one over a
 * whole number.
 * @param sizeOf the picture's size, by the size at which one of its images is drawn
 */
export function scaleThatFits(images: Size, target: number, sizeOf: (image: Size) => Size): number {
  const longest = Math.max(images.width, images.height);
  const isRoom = (scale: number) => fits(sizeOf(drawnSize(images, scale)));
  for (let scale = Math.max(1, Math.round(target / longest)); scale >= 1; scale--) {
    if (isRoom(scale)) return scale;
  }
  for (let part = 2; part < longest; part++) {
    if (isRoom(1 / part)) return 1 / part;
  }
  return 1 / longest;
}

/** `scaleThatFits` of images in a grid. */
export function gridScale(images: Size, target: number, grid: Omit<GridOptions, 'scale'>): number {
  return scaleThatFits(images, target, (image) => gridSize(image, { ...grid, scale: 1 }));
}

/**
 * The whole number that divides the sides of images before they are drawn, so that they fit.
 * @param shape of one image, [channels, height, width]
 * @param sizeOf the picture's size, by the size at which one of its images is drawn
 */
export function shrinkFor(
  [, height = 1, width = 1]: readonly number[],
  sizeOf: (image: Size) => Size,
): number {
  return Math.round(1 / scaleThatFits({ height, width }, 1, sizeOf));
}

/**
 * Says how many images of one shape a picture takes, and how small they must be; for code that
 * computes them.
 */
export interface Sheet {
  /** Number of images that it has room for. */
  readonly most: number;
  /** The whole number that divides the images' sides where there are so many. */
  shrinkFor(count: number): number;
}

/** Images on a sheet are shown with this side at least, where they have it. */
const leastSide = 32;

/**
 * The sheet that images of a shape are laid out on.
 * @param shape of one image, [channels, height, width]
 * @param sizeOf the sheet's size, by the size at which one of its images is drawn
 */
export function sheetOf(
  shape: readonly number[],
  sizeOf: (count: number, image: Size) => Size,
): Sheet {
  const [, height = 1, width = 1] = shape;
  const part = Math.max(1, Math.floor(Math.max(height, width) / leastSide));
  const least = drawnSize({ height, width }, 1 / part);
  return {
    most: mostThat((count) => fits(sizeOf(count, least))),
    shrinkFor: (count) => shrinkFor(shape, (image) => sizeOf(count, image)),
  };
}

/** The last number, from 1 on, before the first that fails a test; at least 1. */
function mostThat(test: (count: number) => boolean): number {
  let most = 1;
  while (test(most + 1)) most++;
  return most;
}

/**
 * Images made smaller by a whole number: each pixel is the mean of a square of so many, or of the part of
 * it that lies in the image.
 */
export function shrunk(images: ImageBatch, by: number): ImageBatch {
  if (by === 1) return images;
  const { data, count, channels, width, height } = images;
  const size = drawnSize(images, 1 / by);
  const planes = count * channels;
  const kind = data instanceof Uint8Array ? Uint8Array : Float32Array;
  const target = new kind(planes * size.width * size.height);
  for (let plane = 0, place = 0; plane < planes; plane++) {
    const start = plane * width * height;
    for (let top = 0; top < height; top += by) {
      const bottom = Math.min(top + by, height);
      for (let left = 0; left < width; left += by, place++) {
        const right = Math.min(left + by, width);
        let sum = 0;
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) sum += data[start + y * width + x]!;
        }
        const mean = sum / ((bottom - top) * (right - left));
        target[place] = kind === Uint8Array ? Math.round(mean) : mean;
      }
    }
  }
  return { ...images, ...size, data: target };
}

/** `shrunk` of a tensor [N, C, H, W] with 1 or 3 channels. */
export function shrunkTensor(tensor: Tensor, by: number): Tensor {
  if (by === 1) return tensor;
  if (tensor.dims[0] === 0) {
    const [, channels = 1, height = 0, width = 0] = tensor.dims;
    const size = drawnSize({ height, width }, 1 / by);
    return new Tensor(tensor.type as 'float32', [], [0, channels, size.height, size.width]);
  }
  const { count, channels, height, width, data } = shrunk(readImages(tensor, 'Images'), by);
  const shape = [count, channels, height, width];
  return data instanceof Uint8Array
    ? new Tensor('uint8', data, shape)
    : new Tensor('float32', data, shape);
}

/**
 * Lays images out in reading order on white. Every pixel becomes a sharp square; only images that are made
 * smaller are smoothed, and values outside [0, 1] are cut off. Places without an image stay white.
 */
export function composeGrid(images: ImageBatch, options: GridOptions): Raster {
  if (options.scale < 1) {
    return composeGrid(shrunk(images, Math.round(1 / options.scale)), { ...options, scale: 1 });
  }
  const { data, channels, height, width } = images;
  const { columns, rows, scale, gap } = options;
  const size = gridSize(images, options);
  const pixels = new Uint8ClampedArray(4 * size.width * size.height).fill(255);
  const unit = isBytes(data) ? 1 : 255;
  const plane = height * width;
  const rowBytes = 4 * size.width;
  const count = Math.min(images.count, columns * rows);
  for (let image = 0; image < count; image++) {
    const left = (image % columns) * (width * scale + gap);
    const top = Math.floor(image / columns) * (height * scale + gap);
    for (let y = 0; y < height; y++) {
      const start = 4 * left + (top + y * scale) * rowBytes;
      let source = image * channels * plane + y * width;
      let target = start;
      for (let x = 0; x < width; x++, source++) {
        const red = data[source]! * unit;
        const green = channels === 3 ? data[source + plane]! * unit : red;
        const blue = channels === 3 ? data[source + 2 * plane]! * unit : red;
        for (let repeat = 0; repeat < scale; repeat++, target += 4) {
          pixels[target] = red;
          pixels[target + 1] = green;
          pixels[target + 2] = blue;
        }
      }
      for (let repeat = 1; repeat < scale; repeat++) {
        pixels.copyWithin(start + repeat * rowBytes, start, target);
      }
    }
  }
  return { ...size, data: pixels };
}

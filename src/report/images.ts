import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../data/errors.js';
import { isBytes, isFloats } from '../data/realm.js';
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
 * @param what what the images are called in messages
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

/** Where a grid's images lie. */
export interface GridOptions {
  readonly columns: number;
  readonly rows: number;
  /** Pixels of the picture for one pixel of an image, in width and in height. */
  readonly scale: number;
  /** White pixels between two images. */
  readonly gap: number;
}

/** Size of a grid of images in pixels. */
export function gridSize(
  images: Pick<ImageBatch, 'width' | 'height'>,
  { columns, rows, scale, gap }: GridOptions,
): { readonly width: number; readonly height: number } {
  return {
    width: columns * images.width * scale + (columns - 1) * gap,
    height: rows * images.height * scale + (rows - 1) * gap,
  };
}

/**
 * How much an image is enlarged: the whole number that brings its longer side nearest to `target`
 * pixels, at least 1.
 */
export function gridScale(images: ImageBatch, target: number): number {
  return Math.max(1, Math.round(target / Math.max(images.width, images.height)));
}

/**
 * Lays images out in reading order on white. Every pixel becomes a sharp square; nothing is
 * smoothed, and values outside [0, 1] are cut off. Places without an image stay white.
 */
export function composeGrid(images: ImageBatch, options: GridOptions): Raster {
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

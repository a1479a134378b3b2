import { UserError } from '../../base/errors.js';
import { within } from '../../base/paths.js';
import { filesBelow } from '../files/given-files.web.js';
import {
  type PictureFile,
  type PictureInfo,
  type PictureShape,
  pictureEndings,
} from './picture.js';

/**
 * Size and channels of a picture; gray when all its pixels are.
 * @throws UserError when the bytes are no picture; its message is the reason
 */
export async function pictureInfo(bytes: Uint8Array): Promise<PictureInfo> {
  const bitmap = await decode(bytes);
  try {
    const { width, height } = bitmap;
    const data = draw(bitmap, { width, height });
    let gray = true;
    for (let i = 0; gray && i < data.length; i += 4) {
      gray = data[i] === data[i + 1] && data[i] === data[i + 2];
    }
    return { width, height, channels: gray ? 1 : 3 };
  } finally {
    bitmap.close();
  }
}

/**
 * The pixels of a picture, uint8 [channels, height, width]: upright, of its first frame, in sRGB or
 * gray, transparent parts white.
 * @param shape the size that it must have or, with `fit`, is brought to
 * @param fit `'fill'` stretches; `'cover'` scales, then cuts what lies outside on both sides
 * @throws UserError when the picture cannot be decoded whole; its message is the reason
 */
export async function decodePicture(
  bytes: Uint8Array,
  { channels, height, width }: PictureShape,
  fit?: 'fill' | 'cover',
): Promise<Uint8Array> {
  const bitmap = await decode(bytes);
  try {
    if (!fit && (bitmap.width !== width || bitmap.height !== height)) {
      throw new UserError(`it is ${bitmap.width}×${bitmap.height} pixels`);
    }
    return planar(draw(bitmap, { width, height }, fit), channels);
  } finally {
    bitmap.close();
  }
}

/** All pictures under a folder in a fixed order; hidden files and folders are passed over. */
export async function listPictures(root: string): Promise<PictureFile[]> {
  return filesBelow(root).flatMap((inside) => {
    const parts = inside.split('/');
    const hidden = parts.some((part) => /^(\.|__MACOSX$)/.test(part));
    return hidden || !pictureEndings.test(inside)
      ? []
      : [{ path: within(root, inside), parts, size: 0, modified: 0 }];
  });
}

async function decode(bytes: Uint8Array): Promise<ImageBitmap> {
  if (bytes.length === 0) throw new UserError('the file is empty');
  try {
    return await createImageBitmap(new Blob([new Uint8Array(bytes)]));
  } catch (error) {
    throw new UserError('this browser cannot decode it', { cause: error });
  }
}

/** The picture on white at a size, as red, green, blue and alpha. */
function draw(
  bitmap: ImageBitmap,
  { width, height }: { width: number; height: number },
  fit: 'fill' | 'cover' = 'fill',
): Uint8ClampedArray {
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    willReadFrequently: true,
  })!;
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  const scale = fit === 'cover' ? Math.max(width / bitmap.width, height / bitmap.height) : 0;
  const [w, h] = scale > 0 ? [bitmap.width * scale, bitmap.height * scale] : [width, height];
  context.drawImage(bitmap, (width - w) / 2, (height - h) / 2, w, h);
  return context.getImageData(0, 0, width, height).data;
}

/** One plane a channel; gray by the weights of Rec. 709, as sharp has it. */
function planar(data: Uint8ClampedArray, channels: 1 | 3): Uint8Array {
  const size = data.length / 4;
  const pixels = new Uint8Array(size * channels);
  for (let i = 0; i < size; i++) {
    const [red, green, blue] = [data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!];
    if (channels === 1) {
      pixels[i] = Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue);
    } else {
      pixels[i] = red;
      pixels[size + i] = green;
      pixels[2 * size + i] = blue;
    }
  }
  return pixels;
}

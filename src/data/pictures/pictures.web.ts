import { UserError } from '../../base/errors.js';
import type { UserColour } from './colour.js';
import { headerFacts } from './headers.js';
import { kindOf } from './kinds.js';
import type { DecodedPicture, Decoding, PictureInfo } from './picture.js';
import { decodePnm } from './pnm.js';
import { fitRaw, isColoured, isOneColour, type RawPicture } from './raw-picture.js';

/** A ground for pixels that are opaque already. */
const gray = [128, 128, 128] as const;

/**
 * Size, channels and depth of a picture; gray when all its pixels are.
 * @throws UserError when the bytes are no picture; its message is the reason
 */
export async function pictureInfo(bytes: Uint8Array, background: UserColour): Promise<PictureInfo> {
  const { pages, isDeep } = headerFacts(bytes, kindOf(bytes));
  const raw = await ownDecoder(bytes, isDeep);
  if (raw) {
    const { width, height, depth } = raw;
    const tiffPages =
      kindOf(bytes) === 'tiff' ? (await import('./tiff.js')).tiffInfo(bytes).pages : 1;
    return {
      width,
      height,
      depth,
      channels: isColoured(raw, background) ? 3 : 1,
      pages: tiffPages,
    };
  }
  const bitmap = await decode(bytes);
  try {
    const { width, height } = bitmap;
    const values = pixelsOf(bitmap, { width, height }, { background });
    const raw = { width, height, channels: 4, values, depth: 'bytes' } as const;
    const isColour = isColoured(raw, gray);
    return { width, height, channels: isColour ? 3 : 1, depth: 'bytes', pages };
  } finally {
    bitmap.close();
  }
}

/** Tells whether some pixel of a picture on a ground is not gray. @throws UserError as `decodePicture` */
export async function showsColour(bytes: Uint8Array, background: UserColour): Promise<boolean> {
  return (await pictureInfo(bytes, background)).channels === 3;
}

/**
 * The pixels of a picture as its file has them, for pictures of more than 8 bits.
 * @throws UserError when the picture cannot be decoded whole; its message is the reason
 */
export async function rawPicture(bytes: Uint8Array): Promise<RawPicture> {
  const raw = await ownDecoder(bytes, true);
  if (!raw) throw new Error('the browser decodes it to 8 bits');
  return raw;
}

/**
 * The pixels of a picture: upright, of its first frame, in sRGB or gray, over the ground.
 * @throws UserError when the picture cannot be decoded whole; its message is the reason
 */
export async function decodePicture(
  bytes: Uint8Array,
  decoding: Decoding,
): Promise<DecodedPicture> {
  const { shape, fit } = decoding;
  const { channels, height, width } = shape;
  const raw = await ownDecoder(bytes, headerFacts(bytes, kindOf(bytes)).isDeep);
  const source = raw?.depth === 'bytes' ? await bitmapOf(raw) : (raw ?? (await decode(bytes)));
  if (!fit && (source.width !== width || source.height !== height)) {
    throw new UserError(`it is ${source.width}×${source.height} pixels`);
  }
  if ('values' in source) return fitRaw(source, decoding);
  try {
    const values = planar(pixelsOf(source, shape, decoding), channels);
    const isVeiled = isOneColour(values, channels) && isTransparent(source);
    return { values, isVeiled };
  } finally {
    source.close();
  }
}

/** Pictures that browsers do not decode, or not in full. @throws UserError when one is damaged */
async function ownDecoder(bytes: Uint8Array, isDeep: boolean): Promise<RawPicture | undefined> {
  const kind = kindOf(bytes);
  try {
    if (kind === 'pnm') return decodePnm(bytes);
    if (kind === 'tiff') return (await import('./tiff.js')).decodeTiff(bytes);
    if (kind !== 'png' || !isDeep) return undefined;
    const { decode: decodePng } = await import('fast-png');
    const { width, height, data, channels } = decodePng(bytes, { checkCrc: true });
    return {
      width,
      height,
      channels: channels as RawPicture['channels'],
      values: data,
      depth: 'whole',
      opaque: 65535,
    };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const isForm = /unsupported|not supported/i.test(String(error));
    throw new UserError(isForm ? 'it is of a form that is not read here' : 'it is damaged', {
      cause: error,
    });
  }
}

/** Pixels that were decoded here, as the browser takes them. */
function bitmapOf({ width, height, channels, values }: RawPicture): Promise<ImageBitmap> {
  const pixels = new Uint8ClampedArray(width * height * 4);
  const colours = channels < 3 ? 1 : 3;
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++) {
      pixels[4 * i + channel] = values[i * channels + Math.min(channel, colours - 1)]!;
    }
    pixels[4 * i + 3] = channels > colours ? values[i * channels + colours]! : 255;
  }
  return createImageBitmap(new ImageData(pixels, width, height));
}

async function decode(bytes: Uint8Array): Promise<ImageBitmap> {
  const kind = kindOf(bytes);
  try {
    return await createImageBitmap(new Blob([new Uint8Array(bytes)]));
  } catch (error) {
    throw new UserError(
      kind === 'svg' ? 'it is SVG, which is read in Node alone' : 'this browser cannot decode it',
      { cause: error },
    );
  }
}

/** The picture at a size, as red, green, blue and alpha; over a ground if one is given. */
function pixelsOf(
  bitmap: ImageBitmap,
  { width, height }: { width: number; height: number },
  { fit, background }: Partial<Pick<Decoding, 'fit' | 'background'>> = {},
): Uint8ClampedArray {
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    willReadFrequently: true,
  })!;
  if (background) {
    context.fillStyle = `rgb(${background.join(' ')})`;
    context.fillRect(0, 0, width, height);
  }
  context.imageSmoothingQuality = 'high';
  const scale = fit === 'cover' ? Math.max(width / bitmap.width, height / bitmap.height) : 0;
  const [w, h] = scale > 0 ? [bitmap.width * scale, bitmap.height * scale] : [width, height];
  context.drawImage(bitmap, (width - w) / 2, (height - h) / 2, w, h);
  return context.getImageData(0, 0, width, height).data;
}

function isTransparent(bitmap: ImageBitmap): boolean {
  const { width, height } = bitmap;
  const pixels = pixelsOf(bitmap, { width, height });
  for (let i = 3; i < pixels.length; i += 4) if (pixels[i] !== 255) return true;
  return false;
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

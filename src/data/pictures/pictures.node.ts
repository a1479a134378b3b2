import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import { UserError } from '../../base/errors.js';
import { reasonOf } from '../../base/excerpt.js';
import { attempt as attemptOn } from '../../base/file-errors.js';
import { Budget } from './budget.js';
import {
  type PictureFile,
  type PictureInfo,
  type PictureShape,
  pictureEndings,
} from './picture.js';
import { loadSkia } from './skia.node.js';

/** Most bytes that a picture's pixels take, as those of a camera of 80 million do. */
const mostBytes = 2 ** 28;

/** Most pixels of a BMP file, which is held three times while it is decoded. */
const mostBmpPixels = 2 ** 24;

/** Pictures are decoded at the same time as long as their pixels take no more bytes than one may. */
const budget = new Budget(mostBytes);

/** How each kind of picture begins; nothing else is given to a decoder, whatever it is called. */
const beginnings: Readonly<Record<string, (start: string) => boolean>> = {
  png: (start) => start.startsWith('\x89PNG\r\n\x1a\n'),
  jpeg: (start) => start.startsWith('\xff\xd8\xff'),
  webp: (start) => start.startsWith('RIFF') && start.startsWith('WEBP', 8),
  gif: (start) => start.startsWith('GIF87a') || start.startsWith('GIF89a'),
  tiff: (start) => ['II*\0', 'II+\0', 'MM\0*', 'MM\0+'].some((each) => start.startsWith(each)),
  bmp: (start) => start.startsWith('BM'),
};

/**
 * Size and channels of a picture, from its header alone.
 * @throws UserError when the bytes are no picture; its message is the reason
 */
export function pictureInfo(bytes: Uint8Array): Promise<PictureInfo> {
  return attempt(async () => {
    const picture = await load(bytes);
    const { autoOrient, space } = await headerOf(picture);
    const { width, height } = autoOrient;
    return { width, height, channels: space === 'b-w' || space === 'grey16' ? 1 : 3 };
  });
}

/**
 * The pixels of a picture, uint8 [channels, height, width]: upright, of its first frame, in sRGB or
 * gray, transparent parts white.
 * @param shape the size that it must have or, with `fit`, is brought to
 * @param fit `'fill'` stretches; `'cover'` scales, then cuts what lies outside on both sides
 * @throws UserError when the picture cannot be decoded whole; its message is the reason
 */
export function decodePicture(
  bytes: Uint8Array,
  { channels, height, width }: PictureShape,
  fit?: 'fill' | 'cover',
): Promise<Uint8Array> {
  return attempt(async () => {
    const picture = await load(bytes);
    const { size } = await headerOf(picture);
    picture.autoOrient().flatten({ background: 'white' });
    if (fit) picture.resize({ width, height, fit });
    picture.toColourspace(channels === 1 ? 'b-w' : 'srgb');
    const { data, info } = await budget.run(size, () =>
      picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }),
    );
    if (info.width !== width || info.height !== height) {
      throw new UserError(`it is ${info.width}×${info.height} pixels`);
    }
    return planar(data, channels, info.channels);
  });
}

/** The header of a picture, and the bytes that its pixels take when they are unpacked. */
async function headerOf(picture: Sharp) {
  const header = await picture.metadata();
  const deep = ['uchar', 'char'].includes(header.depth) ? 1 : 2;
  const size = header.width * header.height * header.channels * deep;
  if (size > mostBytes) {
    throw new UserError(
      `its ${header.width}×${header.height} pixels take ${size} bytes, over ${mostBytes}`,
    );
  }
  return { ...header, size };
}

/** From interleaved channels to one plane a channel; a gray picture may come with three alike. */
function planar(data: Uint8Array, channels: number, given: number): Uint8Array {
  const size = data.length / given;
  const pixels = new Uint8Array(size * channels);
  for (let channel = 0; channel < channels; channel++) {
    const from = Math.min(channel, given - 1);
    for (let i = 0; i < size; i++) pixels[channel * size + i] = data[i * given + from]!;
  }
  return pixels;
}

async function load(bytes: Uint8Array): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  if (bytes.length === 0) throw new UserError('the file is empty');
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const kind = Object.keys(beginnings).find((each) => beginnings[each]!(start));
  if (!kind) throw new UserError('it is no PNG, JPEG, WebP, GIF, BMP or TIFF');
  if (kind === 'bmp') return loadBmp(bytes);
  // A warning is about oddities that do not change the pixels; what is missing is an error.
  return sharp(bytes, { failOn: 'truncated', pages: 1, limitInputPixels: mostBytes });
}

/** sharp does not read BMP; Skia does, but fills in what is cut off. */
async function loadBmp(bytes: Uint8Array): Promise<Sharp> {
  const [{ default: sharp }, { createCanvas, loadImage }] = await Promise.all([
    import('sharp'),
    loadSkia(),
  ]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 26 || bytes.length < view.getUint32(2, true)) {
    throw new UserError('the BMP file is cut short');
  }
  // The oldest kind of header has 16 bits a length.
  const old = view.getUint32(14, true) === 12;
  const announced = old
    ? view.getUint16(18, true) * view.getUint16(20, true)
    : Math.abs(view.getInt32(18, true) * view.getInt32(22, true));
  if (announced > mostBmpPixels) throw new UserError(`it announces ${announced} pixels`);
  const image = await loadImage(bytes);
  const { width, height } = image;
  if (width * height > mostBmpPixels) throw new UserError(`it announces ${width * height} pixels`);
  const context = createCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return sharp(data, { raw: { width, height, channels: 4 } });
}

/** Why a picture cannot be decoded, from the words of the decoder. */
function pictureFault(error: unknown): string {
  const words = reasonOf(error, 300);
  if (/pixel limit|too large|too many/i.test(words)) return 'it has too many pixels';
  if (/premature|truncat|end of|unexpected end|not enough/i.test(words)) return 'it is cut short';
  if (/unsupported|not supported/i.test(words)) return 'it is of a form that is not read here';
  return 'it is damaged';
}

async function attempt<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(pictureFault(error), { cause: error });
  }
}

/** All pictures under a folder in a fixed order; hidden files and folders are passed over. */
export async function listPictures(root: string): Promise<PictureFile[]> {
  const files: PictureFile[] = [];
  const seen = new Set<string>();
  const visit = async (folder: string, parts: readonly string[]): Promise<void> => {
    const names = (await attemptOn('read', folder, () => fs.readdir(folder))).sort();
    for (const name of names) {
      if (/^(\.|__MACOSX$)/.test(name)) continue;
      const path = join(folder, name);
      const picture = pictureEndings.test(name);
      const info = await fs.stat(path).catch(() => undefined);
      if (info?.isDirectory()) {
        // Links may lead in a circle.
        const identity = `${info.dev}:${info.ino}`;
        if (seen.has(identity)) continue;
        seen.add(identity);
        await visit(path, [...parts, name]);
      } else if (picture) {
        files.push({
          path,
          parts: [...parts, name],
          size: info?.size ?? 0,
          modified: info?.mtimeMs ?? 0,
        });
      }
    }
  };
  await visit(root, []);
  return files;
}

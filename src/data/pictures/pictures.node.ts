import type { Metadata, Sharp } from 'sharp';
import { UserError } from '../../base/errors.js';
import { reasonOf } from '../../base/excerpt.js';
import { Budget } from './budget.js';
import { isGrayColour, type UserColour } from './colour.js';
import { headerFacts } from './headers.js';
import { kindOf, type PictureKind } from './kinds.js';
import type { DecodedPicture, Decoding, Depth, PictureInfo } from './picture.js';
import { decodePnm, pnmHeader } from './pnm.js';
import { fitRaw, isColoured, isOneColour, type RawPicture } from './raw-picture.js';
import { loadSkia } from './skia.node.js';

/** Most bytes that a picture's pixels take: enough for a camera of 80 million pixels. */
const mostBytes = 2 ** 28;

/** Most pixels of a BMP file, which is held three times while it is decoded. */
const mostBmpPixels = 2 ** 24;

/** Pictures are decoded at the same time as long as all their pixels take no more than `mostBytes`. */
const budget = new Budget(mostBytes);

/** A picture whose header was read. */
interface Source {
  readonly bytes: Uint8Array;
  readonly kind: PictureKind;
  /** Picture opened by sharp, which reads all but netpbm and some TIFF files. */
  readonly opened?: Opened | undefined;
}

async function sourceOf(bytes: Uint8Array): Promise<Source> {
  const kind = kindOf(bytes);
  return kind === 'pnm' ? { bytes, kind } : { bytes, kind, opened: await open(bytes, kind) };
}

async function infoOf(source: Source, background: UserColour): Promise<PictureInfo> {
  const { bytes, kind, opened } = source;
  if (kind === 'pnm') {
    const { white, width, height, channels } = pnmHeader(bytes);
    return { width, height, channels, depth: white > 255 ? 'whole' : 'bytes', pages: 1 };
  }
  if (!opened) return (await import('./tiff.js')).tiffInfo(bytes);
  const { autoOrient, space, depth, hasAlpha, pages } = opened.header;
  const isGray = space === 'b-w' || space === 'grey16';
  return {
    width: autoOrient.width,
    height: autoOrient.height,
    channels: isGray && (!hasAlpha || isGrayColour(background)) ? 1 : 3,
    pages: pages ?? headerFacts(bytes, kind).pages,
    depth: depthOf(depth, space),
  };
}

/** Pixels as the file has them. */
async function rawOf({ bytes, kind, opened }: Source): Promise<RawPicture> {
  if (kind === 'pnm') return decodePnm(bytes);
  if (!opened) return (await import('./tiff.js')).decodeTiff(bytes);
  const { picture, header, size } = opened;
  const { depth, space } = header;
  // A conversion between spaces would clip: the pixels stay in their own.
  picture.autoOrient().toColourspace(space);
  const { data, info } = await budget.run(size, () =>
    picture.raw({ depth: 'float' }).toBuffer({ resolveWithObject: true }),
  );
  const values = new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  const channels = info.channels as RawPicture['channels'];
  const { width, height } = info;
  const opaque = depth === 'ushort' ? 65535 : depth === 'uint' ? 2 ** 32 - 1 : 1;
  return { width, height, channels, values, depth: depthOf(depth, space), opaque };
}

/** A picture of 8 bits, upright and over its ground. */
async function overGround(source: Source, [r, g, b]: UserColour): Promise<Grounded> {
  const { opened } = source;
  const { picture, size, hasAlpha } = opened
    ? { ...opened, hasAlpha: opened.header.hasAlpha, picture: opened.picture.autoOrient() }
    : await unpacked(await rawOf(source));
  return { picture: picture.flatten({ background: { r, g, b } }), size, hasAlpha };
}

interface Grounded {
  readonly picture: Sharp;
  readonly size: number;
  readonly hasAlpha: boolean;
}

function pixelsOf({ picture, size }: Grounded) {
  return budget.run(size, () =>
    picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }),
  );
}

/**
 * Size, channels and depth of a picture, from its header alone.
 * @throws UserError when the bytes are no picture; its message is the reason
 */
export function pictureInfo(bytes: Uint8Array, background: UserColour): Promise<PictureInfo> {
  return attempt(async () => infoOf(await sourceOf(bytes), background));
}

/** Tells whether some pixel of a picture on a ground is not gray. @throws UserError as `decodePicture` */
export function showsColour(bytes: Uint8Array, background: UserColour): Promise<boolean> {
  return attempt(async () => {
    const source = await sourceOf(bytes);
    const { depth } = await infoOf(source, background);
    if (depth !== 'bytes') return isColoured(await rawOf(source), background);
    const grounded = await overGround(source, background);
    grounded.picture.toColourspace('srgb');
    const { data, info } = await pixelsOf(grounded);
    const { width, height } = info;
    const channels = info.channels as RawPicture['channels'];
    return isColoured({ width, height, channels, values: data, depth }, background);
  });
}

/**
 * The pixels of a picture as its file has them, for pictures of more than 8 bits.
 * @throws UserError when the picture cannot be decoded whole; its message is the reason
 */
export function rawPicture(bytes: Uint8Array): Promise<RawPicture> {
  return attempt(async () => rawOf(await sourceOf(bytes)));
}

/**
 * The pixels of a picture: upright, of its first frame, in sRGB or gray, over the ground.
 * @throws UserError when the picture cannot be decoded whole; its message is the reason
 */
export function decodePicture(bytes: Uint8Array, decoding: Decoding): Promise<DecodedPicture> {
  return attempt(async () => {
    const { shape, fit, background } = decoding;
    const source = await sourceOf(bytes);
    const { depth, ...found } = await infoOf(source, background);
    if (!fit && (found.width !== shape.width || found.height !== shape.height)) {
      throw new UserError(`it is ${found.width}×${found.height} pixels`);
    }
    if (depth !== 'bytes') return fitRaw(await rawOf(source), decoding);
    const grounded = await overGround(source, background);
    if (fit) grounded.picture.resize({ width: shape.width, height: shape.height, fit });
    grounded.picture.toColourspace(shape.channels === 1 ? 'b-w' : 'srgb');
    const { data, info } = await pixelsOf(grounded);
    const values = planar(data, shape.channels, info.channels);
    return { values, isVeiled: grounded.hasAlpha && isOneColour(values, shape.channels) };
  });
}

/** Pixels that were decoded without sharp, as a picture of sharp for the steps after. */
async function unpacked({ width, height, channels, values }: RawPicture): Promise<Grounded> {
  const { default: sharp } = await import('sharp');
  const picture = sharp(Uint8Array.from(values), { raw: { width, height, channels } });
  if (channels < 3) picture.toColourspace('b-w');
  return { picture, size: width * height * channels, hasAlpha: channels % 2 === 0 };
}

interface Opened {
  readonly picture: Sharp;
  readonly header: Metadata;
  /** Bytes that its pixels take when they are unpacked. */
  readonly size: number;
}

/** A picture for sharp; undefined for a TIFF file whose numbers it does not read, or would change. */
async function open(bytes: Uint8Array, kind: string): Promise<Opened | undefined> {
  const picture = kind === 'bmp' ? await loadBmp(bytes) : await load(bytes);
  let header: Metadata;
  try {
    header = await picture.metadata();
  } catch (error) {
    if (kind === 'tiff') return undefined;
    throw error;
  }
  const { depth, width, height, channels } = header;
  // Real colours would be taken for linear light, numbers below 0 cut off.
  const isForeign = depth === 'short' || depth === 'char' || depth === 'double';
  if (isForeign || (depth === 'float' && channels > 2)) return undefined;
  if (channels > (header.space === 'cmyk' ? 5 : 4)) {
    throw new UserError(
      `it has ${channels} channels. Save pictures of other than gray or colour as an .npy file`,
    );
  }
  const deep = depth === 'uchar' ? 1 : depth === 'ushort' ? 2 : 4;
  const size = width * height * channels * deep;
  if (size > mostBytes) {
    throw new UserError(`its ${width}×${height} pixels take ${size} bytes, over ${mostBytes}`);
  }
  return { picture, header, size };
}

/** Tells how values are kept. Spaces of print and of sight are brought to 8 bits without a loss of range. */
function depthOf(depth: string, space: string): Depth {
  if (depth === 'uchar' || !['b-w', 'grey16', 'rgb16', 'srgb', 'rgb'].includes(space)) {
    return 'bytes';
  }
  return ['float', 'double'].includes(depth) ? 'real' : 'whole';
}

/** Turns interleaved channels into one plane a channel; a gray picture may come with three alike. */
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
  // A warning is about oddities that do not change the pixels; missing pixels are an error.
  return sharp(bytes, { failOn: 'truncated', pages: 1, limitInputPixels: mostBytes });
}

/** Reads BMP by Skia, since sharp does not; Skia would fill in pixels of a file that is cut short. */
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

/** The reason why a picture cannot be decoded, from the words of the decoder. */
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

import { decode, type TiffIfd } from 'tiff';
import { UserError } from '../../base/errors.js';
import type { PictureInfo } from './picture.js';
import type { RawPicture } from './raw-picture.js';

/** Most bytes of pixels. */
const mostBytes = 2 ** 28;

/** Most compressed bytes of a strip or tile: each may grow a thousand times. */
const mostStripBytes = 2 ** 20;

const refuse = (reason: string) => new UserError(`it is a TIFF ${reason}, which is not read here`);

/** LZW and deflate make no more bytes of one. */
const mostGrowth = 4096;

/** Most pages that are counted. */
const mostPages = 10_000;

/** Pages of a TIFF file, which form a chain; one that leads in a circle ends where it began. */
function pageCount(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = bytes[0] === 0x49;
  const seen = new Set<number>();
  let at = bytes.length < 8 ? 0 : view.getUint32(4, isLittle);
  while (at > 0 && at + 2 <= bytes.length && !seen.has(at) && seen.size < mostPages) {
    seen.add(at);
    const next = at + 2 + 12 * view.getUint16(at, isLittle);
    at = next + 4 <= bytes.length ? view.getUint32(next, isLittle) : 0;
  }
  return seen.size;
}

/** Bytes of a value by the number of its type; 0 for types that the decoder passes over. */
const valueBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

/** Refuses a first page with lists that are longer than the file: they would be made room for. */
function checkLists(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = bytes[0] === 0x49;
  const start = view.getUint32(4, isLittle);
  const entries = view.getUint16(start, isLittle);
  for (let at = start + 2; at < start + 2 + 12 * entries; at += 12) {
    const size = valueBytes[view.getUint16(at + 2, isLittle)] ?? 0;
    if (size * view.getUint32(at + 4, isLittle) > bytes.length) {
      throw new UserError('it is cut short');
    }
  }
}

/** The first page, checked to be of a form that the decoder reads right. */
function firstPage(bytes: Uint8Array): { page: TiffIfd; pages: number } {
  checkLists(bytes);
  const [page] = decode(bytes, { ignoreImageData: true, pages: [0] });
  if (!page) throw new UserError('it is damaged: there is no page in it');
  const { sampleFormat, samplesPerPixel: samples, type } = page;
  const bits = page.bitsPerSample as number | undefined;
  // A picture without a number of bits has one bit, which the decoder does not know.
  if (bits === undefined) throw refuse('of one bit');
  if (page.width * page.height * samples * Math.ceil(bits / 8) > mostBytes) {
    throw new UserError(`its ${page.width}×${page.height} pixels take over ${mostBytes} bytes`);
  }
  if (samples > 4) throw refuse(`of ${samples} channels`);
  if (samples > 1 && page.planarConfiguration !== 1) throw refuse('with a plane for each channel');
  if (sampleFormat === 3 && bits < 32) throw refuse(`of real numbers in ${bits} bits`);
  if (sampleFormat === 2 && bits !== 16) throw refuse(`of whole numbers with sign in ${bits} bits`);
  if (page.fillOrder !== 1) throw refuse('whose bits are reversed');
  if (type === 0 && sampleFormat !== 1) throw refuse('whose white is 0');
  if (type > 3) throw refuse(`of photometric kind ${type}`);
  checkStrips(page, bits);
  const strips = (page.tiled ? page.tileByteCounts : page.stripByteCounts) ?? [];
  if (page.compression !== 1 && strips.some((count) => count > mostStripBytes)) {
    throw refuse(`with strips of over ${mostStripBytes} compressed bytes`);
  }
  return { page, pages: pageCount(bytes) };
}

/** Refuses a page whose strips or tiles cannot hold its pixels: the decoder would leave them black. */
function checkStrips(page: TiffIfd, bits: number): void {
  const { width, height, samplesPerPixel, compression, rowsPerStrip } = page;
  const counts = (page.tiled ? page.tileByteCounts : page.stripByteCounts) ?? [];
  const needed = page.tiled
    ? Math.ceil(width / page.tileWidth!) * Math.ceil(height / page.tileHeight!)
    : Math.ceil(height / rowsPerStrip);
  const held = counts.reduce((sum, count) => sum + count, 0) * (compression === 1 ? 1 : mostGrowth);
  if (counts.length < needed || held < Math.floor((width * bits) / 8) * height * samplesPerPixel) {
    throw new UserError('it is cut short');
  }
}

/** Tells whether its values are kept as bytes, and shown by 8 bits. */
const isBytes = ({ bitsPerSample, type }: TiffIfd) => bitsPerSample <= 8 || type === 3;

/** The header of a TIFF file, by its first page. */
export function tiffInfo(bytes: Uint8Array): PictureInfo {
  const { page, pages } = firstPage(bytes);
  const { width, height, sampleFormat, samplesPerPixel, type } = page;
  return {
    width,
    height,
    pages,
    channels: samplesPerPixel > 2 || type === 3 ? 3 : 1,
    depth: isBytes(page) ? 'bytes' : sampleFormat === 3 ? 'real' : 'whole',
  };
}

/**
 * The pixels of the first page of a TIFF file, of any numbers: whole ones with or without sign, or real
 * ones of 32 or 64 bits.
 * @throws UserError when it is of a form that is not read; an Error of the decoder when it is damaged
 */
export function decodeTiff(bytes: Uint8Array): RawPicture {
  firstPage(bytes);
  const [page] = decode(bytes, { pages: [0] }) as [TiffIfd];
  const { width, height, bitsPerSample, sampleFormat, palette } = page;
  const channels = page.samplesPerPixel as RawPicture['channels'];
  const data = page.data as Uint8Array | Uint16Array | Float32Array | Float64Array;
  if (palette && page.type === 3) {
    // Colours of palettes have 16 bits.
    const values = Uint8Array.from(
      { length: width * height * 3 },
      (_, i) => palette[data[Math.floor(i / 3)]!]![i % 3]! >> 8,
    );
    return { width, height, channels: 3, values, depth: 'bytes' };
  }
  if (isBytes(page)) {
    const white = 2 ** bitsPerSample - 1;
    const values = white === 255 ? data : data.map((value) => (value * 255) / white);
    return { width, height, channels, values, depth: 'bytes', opaque: 255 };
  }
  const isSigned = sampleFormat === 2;
  const values = isSigned ? new Int16Array(data.buffer, data.byteOffset, data.length) : data;
  return sampleFormat === 3
    ? { width, height, channels, values, depth: 'real' }
    : { width, height, channels, values, depth: 'whole', opaque: isSigned ? 32767 : 65535 };
}

import { UserError } from '../../base/errors.js';
import type { RawPicture } from './raw-picture.js';

/** Most pixels, so that a few bytes of a header cannot ask for all memory. */
const mostPixels = 2 ** 27;

/** Numbers of a PBM, PGM or PPM file that are written as text; `#` begins a comment. */
class Words {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  /** The next whole number. @param digits most of them: digits of P1 may stand without space */
  next(digits = Number.POSITIVE_INFINITY): number {
    const { bytes } = this;
    while (this.at < bytes.length && !isDigit(bytes[this.at]!)) {
      if (bytes[this.at] === 0x23) this.#skipLine();
      else if (isSpace(bytes[this.at]!)) this.at++;
      else throw new UserError('it is damaged: there is a word in the place of a number');
    }
    if (this.at >= bytes.length) throw new UserError('it is cut short');
    let value = 0;
    for (let count = 0; count < digits && isDigit(bytes[this.at]); count++) {
      value = value * 10 + bytes[this.at++]! - 48;
    }
    return value;
  }

  #skipLine(): void {
    while (this.at < this.bytes.length && ![10, 13].includes(this.bytes[this.at]!)) this.at++;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** The header of a PBM, PGM or PPM file. */
export interface PnmHeader {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** The value of white. */
  readonly white: number;
  /** 1, 2, 3 as text; 4, 5, 6 as bytes: bits, gray, colour. */
  readonly form: number;
  /** Place where the pixels begin. */
  readonly start: number;
}

/** @throws UserError when it is damaged; its message is the reason */
export function pnmHeader(bytes: Uint8Array): PnmHeader {
  const form = bytes[1]! - 48;
  const words = new Words(bytes, 2);
  const [width, height] = [words.next(), words.next()];
  const isBits = form === 1 || form === 4;
  const white = isBits ? 1 : words.next();
  if (width < 1 || height < 1 || white < 1 || white > 65535) {
    throw new UserError(`it is damaged: ${width}×${height} pixels of 0 to ${white}`);
  }
  if (width * height > mostPixels) throw new UserError('it has too many pixels');
  const channels = form === 3 || form === 6 ? 3 : 1;
  // One byte of white space ends the header.
  return { width, height, channels, white, form, start: words.at + 1 };
}

/**
 * The pixels of a PBM, PGM or PPM file: P1 to P6, up to 16 bits.
 * https://netpbm.sourceforge.net/doc/
 * @throws UserError when it is damaged or cut short; its message is the reason
 */
export function decodePnm(bytes: Uint8Array): RawPicture {
  const header = pnmHeader(bytes);
  const { width, height, channels, white, form } = header;
  const count = width * height * channels;
  const values = form <= 3 ? textValues(bytes, header, count) : byteValues(bytes, header);
  if (values.some((value) => value > white)) {
    throw new UserError(`it is damaged: a value is over ${white}, which its header gives as white`);
  }
  if (form === 1 || form === 4) {
    // A bit of 1 is black.
    for (let i = 0; i < count; i++) values[i] = 1 - values[i]!;
  }
  if (white > 255) return { width, height, channels, values, depth: 'whole', white };
  const full = Uint8Array.from(values, (value) => Math.round((value * 255) / white));
  return { width, height, channels, values: full, depth: 'bytes' };
}

function textValues(bytes: Uint8Array, { form, start }: PnmHeader, count: number) {
  // Each value takes a byte at least.
  if (bytes.length - start < count) throw new UserError('it is cut short');
  const words = new Words(bytes, start);
  const values = new Uint16Array(count);
  for (let i = 0; i < count; i++) values[i] = words.next(form === 1 ? 1 : undefined);
  return values;
}

function byteValues(bytes: Uint8Array, header: PnmHeader): Uint8Array | Uint16Array {
  const { form, start, width, height, channels, white } = header;
  const isWide = white > 255;
  const row = form === 4 ? Math.ceil(width / 8) : width * channels * (isWide ? 2 : 1);
  const pixels = bytes.subarray(start, start + row * height);
  if (pixels.length < row * height) throw new UserError('it is cut short');
  if (form === 4) {
    return Uint8Array.from({ length: width * height }, (_, i) => {
      const x = i % width;
      return (pixels[Math.floor(i / width) * row + (x >> 3)]! >> (7 - (x & 7))) & 1;
    });
  }
  if (!isWide) return pixels.slice();
  return Uint16Array.from(
    { length: pixels.length / 2 },
    (_, i) => pixels[2 * i]! * 256 + pixels[2 * i + 1]!,
  );
}

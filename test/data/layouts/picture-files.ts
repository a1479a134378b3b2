import { encode } from 'fast-png';

/** Bytes from their text. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

interface PngOptions {
  readonly channels?: 1 | 2 | 3 | 4;
  readonly depth?: 8 | 16;
}

/** A PNG file of a row of pixels, the channels of a pixel side by side. */
export function png(values: readonly number[], options: PngOptions = {}): Uint8Array {
  const { channels = 1, depth = 8 } = options;
  const data = depth === 16 ? Uint16Array.from(values) : Uint8Array.from(values);
  return encode({ width: values.length / channels, height: 1, data, channels, depth });
}

/** A PNG file of gray pixels, row by row. */
export function grayPng(height: number, width: number, value: number): Uint8Array {
  const data = new Uint8Array(height * width).fill(value);
  return encode({ width, height, data, channels: 1, depth: 8 });
}

type Values = Uint8Array | Uint16Array | Int16Array | Float32Array | Float64Array;

interface TiffOptions {
  readonly samples?: number;
  /** 0: white is 0; 1: black is 0; 2: red, green, blue. */
  readonly photometric?: number;
}

/** A TIFF file of pages of one row each, without compression, little-endian. */
export function tiff(pages: readonly Values[], options: TiffOptions = {}): Uint8Array {
  const { samples = 1, photometric = samples > 1 ? 2 : 1 } = options;
  const entries = 10;
  const directory = 2 + 12 * entries + 4;
  const starts: number[] = [];
  let end = 8;
  for (const page of pages) {
    starts.push(end);
    end += directory + 16 + page.byteLength + (page.byteLength & 1);
  }
  const view = new DataView(new ArrayBuffer(end));
  view.setUint32(0, 0x002a4949, true);
  view.setUint32(4, starts[0]!, true);
  for (const [i, page] of pages.entries()) {
    const start = starts[i]!;
    const extra = start + directory;
    const format =
      page instanceof Float32Array || page instanceof Float64Array
        ? 3
        : page instanceof Int16Array
          ? 2
          : 1;
    // The numbers of three samples stand outside of the directory.
    const each = (at: number, value: number): readonly [number, number] => {
      for (let k = 0; k < samples; k++) view.setUint16(at + 2 * k, value, true);
      return samples > 2 ? [samples, at] : [samples, value + (samples > 1 ? value * 65536 : 0)];
    };
    const bits = each(extra, page.BYTES_PER_ELEMENT * 8);
    const formats = each(extra + 8, format);
    const tags: readonly (readonly [tag: number, type: 3 | 4, count: number, value: number])[] = [
      [256, 4, 1, page.length / samples],
      [257, 4, 1, 1],
      [258, 3, ...bits],
      [259, 3, 1, 1],
      [262, 3, 1, photometric],
      [273, 4, 1, extra + 16],
      [277, 3, 1, samples],
      [278, 4, 1, 1],
      [279, 4, 1, page.byteLength],
      [339, 3, ...formats],
    ];
    view.setUint16(start, entries, true);
    for (const [k, [tag, type, count, value]] of tags.entries()) {
      const at = start + 2 + 12 * k;
      view.setUint16(at, tag, true);
      view.setUint16(at + 2, type, true);
      view.setUint32(at + 4, count, true);
      view.setUint32(at + 8, value, true);
    }
    view.setUint32(start + 2 + 12 * entries, starts[i + 1] ?? 0, true);
    const bytes = new Uint8Array(page.buffer, page.byteOffset, page.byteLength);
    new Uint8Array(view.buffer).set(bytes, extra + 16);
  }
  return new Uint8Array(view.buffer);
}

/** A netpbm file: its header as text, then bytes. */
export function netpbm(header: string, bytes: readonly number[]): Uint8Array {
  return Uint8Array.from([...new TextEncoder().encode(header), ...bytes]);
}

/** Files of one content at many paths. */
export function at(
  paths: readonly string[],
  content: Uint8Array = grayPng(1, 2, 51),
): Record<string, Uint8Array> {
  return Object.fromEntries(paths.map((path) => [path, content]));
}

/*
 * Files of arrays, written without the package's own writers, by code that runs in a browser too.
 */

/** The bytes of numbers by NumPy's dtype: `<f4`, `>i2`, `|u1`. */
function elements(descr: string, values: readonly (number | bigint)[]): Uint8Array {
  const little = !descr.startsWith('>');
  const code = descr.slice(1);
  const width = Number(code.slice(1));
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) {
    const at = i * width;
    const number = Number(value);
    if (code === 'f8') view.setFloat64(at, number, little);
    else if (code === 'f4') view.setFloat32(at, number, little);
    else if (code === 'f2') view.setUint16(at, halfBits(number), little);
    else if (width === 8) view.setBigInt64(at, BigInt(value), little);
    else if (width === 4) view.setInt32(at, number | 0, little);
    else if (width === 2) view.setInt16(at, number, little);
    else view.setUint8(at, number);
  }
  return bytes;
}

/** Bits of a number that binary16 holds exactly: a normal one, zero, NaN or an infinity. */
function halfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (size === 0) return sign;
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024);
}

/** An .npy file of version 1.0 with elements of any dtype. */
export function npyOf(
  descr: string,
  shape: readonly number[],
  data: Uint8Array,
  fortran = false,
): Uint8Array {
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const order = fortran ? 'True' : 'False';
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${lengths}), }`;
  const length = Math.ceil((11 + text.length) / 64) * 64 - 10;
  const head = `\x93NUMPY\x01\0${String.fromCharCode(length & 255, length >> 8)}${text.padEnd(length - 1)}\n`;
  return joined(latin(head), data);
}

/** An .npy file of numbers. */
export function npy(
  descr: string,
  shape: readonly number[],
  values: readonly (number | bigint)[],
  fortran = false,
): Uint8Array {
  return npyOf(descr, shape, elements(descr, values), fortran);
}

/** An .npy file of words, as `np.array(['cat', 'dog'])` is saved. */
export function npyWords(words: readonly string[]): Uint8Array {
  const length = Math.max(...words.map((word) => word.length));
  const points = words.flatMap((word) =>
    Array.from({ length }, (_, i) => (i < word.length ? word.charCodeAt(i) : 0)),
  );
  return npyOf(`<U${length}`, [words.length], elements('<i4', points));
}

/** Numbers from 0 on. */
export const counted = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => from + i);

/** Bytes of a text of one character a byte. */
export const latin = (text: string) =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

/** Whole numbers, least significant byte first. */
const little = (value: number, bytes: number) =>
  Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) & 255);

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** A zip archive of files that are not compressed, as numpy.savez writes it. */
export function zip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const sizes = joined(
      little(crc32(content), 4),
      little(content.length, 4),
      little(content.length, 4),
    );
    const fields = joined(little(20, 2), little(0, 8), sizes, little(name.length, 2), little(0, 2));
    const local = joined(latin('PK\x03\x04'), fields, latin(name));
    directory.push(
      latin('PK\x01\x02'),
      joined(little(20, 2), fields, little(0, 10), little(at, 4), latin(name)),
    );
    parts.push(local, content);
    at += local.length + content.length;
  }
  const central = joined(...directory);
  const count = Object.keys(files).length;
  const end = joined(
    latin('PK\x05\x06'),
    little(0, 4),
    little(count, 2),
    little(count, 2),
    little(central.length, 4),
    little(at, 4),
    little(0, 2),
  );
  return joined(...parts, central, end);
}

/** An .npz file. */
export function npz(arrays: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zip(Object.fromEntries(Object.entries(arrays).map(([key, file]) => [`${key}.npy`, file])));
}

/** Bytes within gzip, not compressed. */
export function gzip(bytes: Uint8Array): Uint8Array {
  return joined(
    latin('\x1f\x8b\x08\0\0\0\0\0\0\x03\x01'),
    little(bytes.length, 2),
    little(65_535 - bytes.length, 2),
    bytes,
    little(crc32(bytes), 4),
    little(bytes.length, 4),
  );
}

/** An IDX file, by its code of the element type. */
export function idx(dims: readonly number[], values: readonly number[], descr = '|u1'): Uint8Array {
  const code = { u1: 8, i1: 9, i2: 11, i4: 12, f4: 13, f8: 14 }[descr.slice(1) as 'u1'];
  const sizes = elements('>i4', dims);
  return joined(Uint8Array.of(0, 0, code, dims.length), sizes, elements(descr, values));
}

/** A safetensors file of tensors, each by its dtype, shape and bytes. */
export function safetensors(
  tensors: Readonly<Record<string, readonly [string, readonly number[], Uint8Array]>>,
): Uint8Array {
  let at = 0;
  const infos = Object.entries(tensors).map(([name, [dtype, shape, bytes]]) => {
    const info = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
    return [name, info] as const;
  });
  const header = latin(JSON.stringify(Object.fromEntries(infos)));
  const data = Object.values(tensors).map(([, , bytes]) => bytes);
  return joined(little(header.length, 8), header, ...data);
}

/** Bytes of numbers, as in `safetensors`. */
export const bytesOf = elements;

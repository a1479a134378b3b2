import { gzipSync } from 'node:zlib';
import type { IdxData } from '../../../src/data/codecs/idx.js';

type Dtype = IdxData['dtype'];

const writers: Record<
  Dtype,
  { code: number; width: number; put: (view: DataView, at: number, value: number) => void }
> = {
  uint8: { code: 0x08, width: 1, put: (view, at, value) => view.setUint8(at, value) },
  int8: { code: 0x09, width: 1, put: (view, at, value) => view.setInt8(at, value) },
  int16: { code: 0x0b, width: 2, put: (view, at, value) => view.setInt16(at, value) },
  int32: { code: 0x0c, width: 4, put: (view, at, value) => view.setInt32(at, value) },
  float32: { code: 0x0d, width: 4, put: (view, at, value) => view.setFloat32(at, value) },
  float64: { code: 0x0e, width: 8, put: (view, at, value) => view.setFloat64(at, value) },
};

/** The bytes of an IDX header, whatever it claims. */
export function idxHeader(dtype: Dtype, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * shape.length);
  bytes.set([0, 0, writers[dtype].code, shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((length, axis) => {
    view.setUint32(4 + 4 * axis, length);
  });
  return bytes;
}

/** The bytes of an IDX file. */
export function idxFile(
  dtype: Dtype,
  shape: readonly number[],
  values: ArrayLike<number>,
): Uint8Array<ArrayBuffer> {
  const { width, put } = writers[dtype];
  const header = idxHeader(dtype, shape);
  const bytes = new Uint8Array(header.length + values.length * width);
  bytes.set(header);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) put(view, header.length + i * width, values[i] ?? 0);
  return bytes;
}

/** The bytes compressed with gzip. */
export function gzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(bytes));
}

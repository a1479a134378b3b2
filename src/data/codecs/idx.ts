import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import { gunzip, isGzip } from '../files/gzip.js';
import { littleEndian, reversedElements } from './elements.js';

/** The format's element types by their code. */
const types = {
  8: { dtype: 'uint8', Values: Uint8Array },
  9: { dtype: 'int8', Values: Int8Array },
  11: { dtype: 'int16', Values: Int16Array },
  12: { dtype: 'int32', Values: Int32Array },
  13: { dtype: 'float32', Values: Float32Array },
  14: { dtype: 'float64', Values: Float64Array },
} as const;

type Types = (typeof types)[keyof typeof types];

/** The content of an IDX file: values in row-major order. */
export type IdxData = {
  [Type in Types as Type['dtype']]: {
    readonly dtype: Type['dtype'];
    readonly shape: readonly number[];
    readonly values: InstanceType<Type['Values']>;
  };
}[Types['dtype']];

interface Header {
  readonly type: Types;
  readonly shape: readonly number[];
  /** Place where the values begin. */
  readonly start: number;
  /** Bytes of the whole file, header included. */
  readonly size: number;
}

/**
 * Reads the IDX format of the MNIST files, https://yann.lecun.com/exdb/mnist/: two zero bytes, the
 * element type, the number of dimensions, each dimension as 32 bits, then the values, all
 * big-endian. Nothing is copied for plain files of single bytes. Everything the header says is
 * checked before memory is taken for it.
 * @param bytes the file, plain or compressed with gzip
 * @param name the file's name in messages
 * @throws UserError when the bytes are not exactly one IDX file
 */
export async function parseIdx(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<IdxData> {
  const { dtype, shape, data } = await openIdx(bytes, name);
  const { Values } = Object.values(types).find((type) => type.dtype === dtype)!;
  const width = Values.BYTES_PER_ELEMENT;
  const native = width === 1 ? data : littleEndian ? reversedElements(data, width) : data.slice();
  const values = new Values(native.buffer, native.byteOffset, native.length / width);
  return { dtype, shape, values } as IdxData;
}

/**
 * The elements of an IDX file as their bytes, big-endian and row-major; nothing is copied.
 * @throws UserError as `parseIdx`
 */
export async function openIdx(bytes: Uint8Array<ArrayBuffer>, name: string) {
  const plain = await inflateIdx(bytes, name);
  const header = parseHeader(plain, name);
  if (!header) throw damaged(`${name}: the file ends within its header`);
  const { type, shape, start, size } = header;
  if (plain.length !== size) {
    throw damaged(
      `${name}: shape ${formatShape(shape)} of ${type.dtype} takes ${size} bytes with its header, but the file has ${plain.length}`,
    );
  }
  return { dtype: type.dtype, shape, data: plain.subarray(start) };
}

/** Tells whether a file begins as IDX files do. @param start its first bytes, decompressed */
export function isIdx(start: Uint8Array): boolean {
  const [first, second, code = 0, rank = 0] = start;
  return first === 0 && second === 0 && isCode(code) && rank > 0 && rank <= 8;
}

/**
 * The plain bytes of an IDX file that may be compressed with gzip; at most as many as its header
 * announces, whatever the compressed data would grow to.
 * @param name the file's name in messages
 * @throws UserError when the gzip data is damaged or does not hold as much as its header announces
 */
export async function inflateIdx(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  return isGzip(bytes) ? gunzip(bytes, name, (start) => parseHeader(start, name)?.size) : bytes;
}

/** The header at the beginning of the bytes; undefined when they end within it. */
function parseHeader(bytes: Uint8Array, name: string): Header | undefined {
  const [zero = 0, alsoZero = 0, code = 0, rank = 0] = bytes;
  if (zero !== 0 || alsoZero !== 0) {
    const begins = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0'));
    throw new UserError(
      `${name} is not an IDX file: it begins with the bytes ${begins.join(' ')}, not with 00 00. Give an IDX file, plain or gzip.`,
    );
  }
  if (bytes.length < 4) return undefined;
  if (!isCode(code)) {
    throw damaged(`${name}: 0x${code.toString(16).padStart(2, '0')} is no element type of IDX`);
  }
  if (rank === 0) throw damaged(`${name}: an IDX file has at least one dimension, this has none`);
  const type = types[code];
  const start = 4 + 4 * rank;
  if (bytes.length < start) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, start);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  // A zero among the dimensions leaves nothing to count, however large the others are.
  const count = shape.includes(0) ? 0 : shape.reduce((product, length) => product * length, 1);
  const size = start + count * type.Values.BYTES_PER_ELEMENT;
  if (!Number.isSafeInteger(size)) {
    throw damaged(`${name}: shape ${formatShape(shape)} of ${type.dtype} takes over 2^53 bytes`);
  }
  return { type, shape, start, size };
}

function isCode(code: number): code is keyof typeof types {
  return Object.hasOwn(types, code);
}

function damaged(what: string): UserError {
  return new UserError(`${what}. The file is damaged or not an IDX file: get it again.`);
}

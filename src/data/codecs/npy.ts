import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import { elementsOf, littleEndian, reversedElements, tensorOver, tensorSize } from './elements.js';
import {
  damaged,
  formatNpyHeader,
  type NpyHeader,
  parseNpyHeader,
  refuseWords,
} from './npy-header.js';
import { isWords, numbersOf, storedSize } from './numbers.js';
import { rowMajor } from './row-major.js';

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** NumPy's own limit. */
const maxRank = 64;
/** The longest header that version 1.0 can announce; NumPy itself reads no header of over 10,000 bytes. */
const maxHeaderBytes = 65_535;

/**
 * Writes a tensor as NumPy's .npy file, version 1.0, little-endian, in C order.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @throws UserError when the element type is not one of NumPy's, when the values are not in memory,
 *   or when there are over 64 dimensions
 */
export function encodeNpy(tensor: Tensor): Uint8Array<ArrayBuffer> {
  const { type, bytes } = elementsOf(tensor, 'Tensor');
  const header = encodeNpyHeader(type, tensor.dims);
  const file = new Uint8Array(header.length + bytes.length);
  file.set(header);
  file.set(bytes, header.length);
  return file;
}

/**
 * The beginning of such a file, after which its elements follow.
 * @throws UserError when there are over 64 dimensions
 */
export function encodeNpyHeader(
  type: Parameters<typeof formatNpyHeader>[0],
  dims: readonly number[],
): Uint8Array<ArrayBuffer> {
  if (dims.length > maxRank) {
    throw new UserError(
      `Tensor: ${dims.length} dimensions are more than NumPy's ${maxRank}. Reshape it first.`,
    );
  }
  const text = formatNpyHeader(type, dims);
  const start = Math.ceil((10 + text.length + 1) / 64) * 64;
  const header = new Uint8Array(start);
  header.set(magic);
  header.set([1, 0], 6);
  new DataView(header.buffer).setUint16(8, start - 10, true);
  header.set(new TextEncoder().encode(`${text.padEnd(start - 11)}\n`), 10);
  return header;
}

/**
 * Reads NumPy's .npy file, versions 1 to 3, either byte order, C or Fortran order. The tensor is a
 * copy in C order. Pickled objects are refused, so reading never runs code.
 * @param name the file's name in messages
 * @returns the tensor; floats of 16 bits become float32
 * @throws UserError when the file is not whole and consistent, or holds elements other than
 *   truth values, integers of 8 to 64 bits and floats of 16 to 64 bits
 */
export function decodeNpy(bytes: Uint8Array, name: string): Tensor {
  const { type, bigEndian, fortranOrder, shape, start } = decodeNpyHeader(bytes, name);
  if (isWords(type)) throw refuseWords(name);
  const data = bytes.subarray(start);
  const isHalf = type === 'float16' || type === 'bfloat16';
  const size = isHalf ? tensorSize('uint16', shape) : tensorSize(type, shape);
  if (size !== data.length) {
    throw damaged(
      `${name}: shape ${formatShape(shape)} of ${type} takes ${size ?? 'over 2^53'} bytes, but ${data.length} follow the header`,
    );
  }
  const width = storedSize(type);
  const ordered = fortranOrder ? rowMajor(data, width, shape) : new Uint8Array(data);
  const native = bigEndian === littleEndian ? reversedElements(ordered, width) : ordered;
  if (isHalf) return new Tensor('float32', numbersOf(type, native, name) as Float32Array, shape);
  return tensorOver(type, native, shape, name);
}

/** Bytes at the beginning of an .npy file within which its header ends. */
export const npyHeadBytes = 12 + maxHeaderBytes;

/**
 * The elements that an .npy file announces, and where they start.
 * @param bytes the file, or its first `npyHeadBytes`
 * @throws UserError as `decodeNpy`
 */
export function decodeNpyHeader(bytes: Uint8Array, name: string): NpyHeader & { start: number } {
  const { text, start } = readHeader(bytes, name);
  const header = parseNpyHeader(text, name);
  if (header.shape.length > maxRank) {
    throw damaged(`${name}: ${header.shape.length} dimensions are more than NumPy's ${maxRank}`);
  }
  return { ...header, start };
}

function readHeader(bytes: Uint8Array, name: string): { text: string; start: number } {
  if (magic.some((byte, i) => bytes[i] !== byte)) {
    throw new UserError(
      `${name}: does not begin like an .npy file. Give a file that numpy.save wrote.`,
    );
  }
  const major = bytes[6] ?? 0;
  const minor = bytes[7] ?? 0;
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) throw damaged(`${name}: the file ends within its header`);
  if (major < 1 || major > 3 || minor !== 0) {
    throw new UserError(
      `${name}: .npy version ${major}.${minor} is unknown; 1.0, 2.0 and 3.0 are read. Save it again with numpy.save.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > bytes.length - start) {
    throw damaged(
      `${name}: a header of ${length} bytes is announced, but only ${bytes.length - start} follow`,
    );
  }
  if (length > maxHeaderBytes) {
    throw damaged(`${name}: a header of ${length} bytes is over the limit of ${maxHeaderBytes}`);
  }
  const header = bytes.subarray(start, start + length);
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(header);
  return { text, start: start + length };
}

import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import { type StoredType, storedSize } from './numbers.js';

/** Element types by the number that a file begins with, little-endian. https://cs.nyu.edu/~ylclab/data/norb-v1.0-small/ */
const types: Readonly<Record<number, StoredType>> = {
  507333713: 'float32',
  507333715: 'float64',
  507333716: 'int32',
  507333717: 'uint8',
  507333718: 'int16',
};

/**
 * The elements of a file of smallNORB: the element type, the number of dimensions, at least three
 * sizes, then the values, all little-endian.
 * @throws UserError when the file is none, or is not as long as it should be
 */
export function openNorb(bytes: Uint8Array<ArrayBuffer>, name: string) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = bytes.length >= 20 ? view.getInt32(0, true) : 0;
  const type = Object.hasOwn(types, magic) ? types[magic] : undefined;
  const rank = type ? view.getInt32(4, true) : 0;
  const start = 8 + 4 * Math.max(3, rank);
  if (!type || rank < 1 || rank > 8 || bytes.length < start) {
    throw new UserError(`${name}: this is no file of smallNORB. Get it again.`);
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getInt32(8 + 4 * axis, true));
  const size = start + shape.reduce((product, length) => product * length, storedSize(type));
  if (size !== bytes.length || shape.some((length) => length < 0)) {
    throw new UserError(
      `${name}: shape ${formatShape(shape)} of ${type} takes ${size} bytes with its header, but the file has ${bytes.length}. The file is damaged: get it again.`,
    );
  }
  return { type, shape, data: bytes.subarray(start) };
}

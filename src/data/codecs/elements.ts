import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';

/** The element types that tensor files hold, each with the array that stores it in memory. */
const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/** The types of onnxruntime-common's `Tensor` that are numbers or truth values of whole bytes. */
export type ElementType = keyof typeof arrays;

/** Tells whether this machine stores the least significant byte first, as nearly all do. */
export const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Bytes of one element. */
export function elementSize(type: ElementType): number {
  return arrays[type].BYTES_PER_ELEMENT;
}

/** Bytes that a tensor takes; undefined when a number cannot hold that many exactly. */
export function tensorSize(type: ElementType, shape: readonly number[]): number | undefined {
  let size = elementSize(type);
  for (const length of shape) {
    size *= length;
    if (!Number.isSafeInteger(size)) return undefined;
  }
  return size;
}

/**
 * A tensor over bytes in this machine's order.
 * @param bytes as many as type and shape take, at an address that the type allows; not copied
 * @param name the tensor's name in messages
 * @throws UserError when a truth value is neither 0 nor 1
 */
export function tensorOver(
  type: ElementType,
  bytes: Uint8Array<ArrayBuffer>,
  shape: readonly number[],
  name: string,
): Tensor {
  if (type === 'bool') checkTruthValues(bytes, name);
  const count = bytes.byteLength / elementSize(type);
  return new Tensor(type, new arrays[type](bytes.buffer, bytes.byteOffset, count), shape);
}

/**
 * The type and the little-endian, row-major bytes of a tensor; a view, not a copy, where the
 * machine is little-endian.
 * @param name the tensor's name in messages
 * @throws UserError when the type is not an `ElementType`, when the values are not in memory, or
 *   when a truth value is neither 0 nor 1
 */
export function elementsOf(tensor: Tensor, name: string): { type: ElementType; bytes: Uint8Array } {
  const { type } = tensor;
  if (!Object.hasOwn(arrays, type)) {
    throw new UserError(
      `${name}: element type ${type} is not supported. Use one of ${Object.keys(arrays).join(', ')}.`,
    );
  }
  if (tensor.location !== 'cpu' && tensor.location !== 'cpu-pinned') {
    throw new UserError(
      `${name}: the values are in location '${tensor.location}', not in memory. Use \`await tensor.getData()\` first.`,
    );
  }
  const elementType = type as ElementType;
  const data = tensor.data as InstanceType<(typeof arrays)[ElementType]>;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (elementType === 'bool') checkTruthValues(bytes, name);
  const size = elementSize(elementType);
  return { type: elementType, bytes: littleEndian ? bytes : reversedElements(bytes, size) };
}

/** A copy of the bytes, in reverse order within each element. */
export function reversedElements(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  reverseElements(copy, size);
  return copy;
}

/** Turns the bytes of each element round, in place. */
export function reverseElements(bytes: Uint8Array, size: number): void {
  for (let start = 0; start < bytes.length; start += size) {
    for (let low = start, high = start + size - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}

/** @throws UserError when a truth value is neither 0 nor 1 */
export function checkTruthValues(bytes: Uint8Array, name: string): void {
  const bad = bytes.findIndex((value) => value > 1);
  if (bad >= 0) {
    throw new UserError(
      `${name}: truth value ${bad} is ${bytes[bad]}, which is neither 0 nor 1. Save it as uint8.`,
    );
  }
}

import { checkTruthValues, type ElementType, elementSize, littleEndian } from './elements.js';

/** The element types of numbers that files of arrays hold. */
export type StoredType = ElementType | 'float16' | 'bfloat16';

/** Texts of a fixed length, as NumPy stores them: by code points of 32 bits, or by bytes. */
export type WordType = 'utf32' | 'bytes';

/** The element types of a file's array. */
export type ArrayType = StoredType | WordType;

/** Tells whether elements are texts. */
export function isWords(type: ArrayType): type is WordType {
  return type === 'utf32' || type === 'bytes';
}

/**
 * Elements as texts, without the zeros that fill them up.
 * @param itemBytes bytes of one
 */
export function wordsOf(type: WordType, bytes: Uint8Array, itemBytes: number): string[] {
  const decoder = new TextDecoder();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / itemBytes }, (_, i) => {
    const start = i * itemBytes;
    if (type === 'bytes') {
      return decoder.decode(bytes.subarray(start, start + itemBytes)).replace(/\0+$/, '');
    }
    let word = '';
    for (let at = start; at < start + itemBytes; at += 4) {
      const point = view.getUint32(at, littleEndian);
      word += point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point);
    }
    return word.replace(/\0+$/, '');
  });
}

/** Numbers of one block, exact but for 64-bit integers beyond 2^53. */
export type Numbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Bytes of one number. */
export function storedSize(type: StoredType): number {
  return type === 'float16' || type === 'bfloat16' ? 2 : elementSize(type);
}

/** Tells whether a type holds whole numbers alone. */
export function isWhole(type: StoredType): boolean {
  return !type.includes('float');
}

/** The numbers for every pattern of 16 bits, once they are asked for. */
let halves: Float32Array | undefined;

/** IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
  return halves;
}

function widenedHalves(bits: Uint16Array): Float32Array {
  const table = halfTable();
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i]!]!;
  return values;
}

/** The upper half of a float32 each. */
function widenedBrain(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
  return new Float32Array(words.buffer);
}

function fromBigInts(values: BigInt64Array | BigUint64Array): Float64Array {
  const numbers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) numbers[i] = Number(values[i]);
  return numbers;
}

/**
 * Elements as numbers; a view where that is possible.
 * @param bytes whole elements in this machine's order, at an address that the type allows
 * @param name the array's name in messages
 * @throws UserError when a truth value is neither 0 nor 1
 */
export function numbersOf(type: StoredType, bytes: Uint8Array<ArrayBuffer>, name: string): Numbers {
  const { buffer, byteOffset, length } = bytes;
  const count = length / storedSize(type);
  switch (type) {
    case 'bool':
      checkTruthValues(bytes, name);
      return bytes;
    case 'uint8':
      return bytes;
    case 'int8':
      return new Int8Array(buffer, byteOffset, count);
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, count);
    case 'int16':
      return new Int16Array(buffer, byteOffset, count);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, count);
    case 'int32':
      return new Int32Array(buffer, byteOffset, count);
    case 'uint64':
      return fromBigInts(new BigUint64Array(buffer, byteOffset, count));
    case 'int64':
      return fromBigInts(new BigInt64Array(buffer, byteOffset, count));
    case 'float16':
      return widenedHalves(new Uint16Array(buffer, byteOffset, count));
    case 'bfloat16':
      return widenedBrain(new Uint16Array(buffer, byteOffset, count));
    case 'float32':
      return new Float32Array(buffer, byteOffset, count);
    default:
      return new Float64Array(buffer, byteOffset, count);
  }
}

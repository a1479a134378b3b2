/*
 * Pieces of WebAssembly's binary format (WebAssembly Core Specification 2.0, chapter 5), with vectors of four
 * float32 numbers: as much as kernels over arrays need.
 */

/** Bytes that follow one another. */
export type Bytes = readonly number[];

/** A whole number from 0 on, in groups of seven bits (LEB128). */
export function unsigned(value: number): Bytes {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left];
    bytes.push((left % 128) | 128);
  }
}

/** An int32 number, in the same groups with its sign. */
export function signed(value: number): Bytes {
  const bytes: number[] = [];
  for (let left = value | 0; ; left >>= 7) {
    const isLast = left >= -64 && left < 64;
    bytes.push((left & 127) | (isLast ? 0 : 128));
    if (isLast) return bytes;
  }
}

const text = (word: string): Bytes => {
  const bytes = new TextEncoder().encode(word);
  return [...unsigned(bytes.length), ...bytes];
};

const section = (id: number, content: Bytes): Bytes => [
  id,
  ...unsigned(content.length),
  ...content,
];

/** The little-endian bytes of a float32 number. */
const floatBytes = (value: number): Bytes => [...new Uint8Array(Float32Array.of(value).buffer)];

export const vectorOperator = (code: number): Bytes => [0xfd, ...unsigned(code)];

/** Memory at an address, which is best a multiple of 2 to the power of the alignment. */
export const at = (address: number, alignment: number): Bytes => [alignment, ...unsigned(address)];

/** Types of local variables: int32 numbers and vectors. */
export const i32 = 0x7f;
export const v128 = 0x7b;

/** Local variables of a function: local 0 is an int32, all others are vectors. */
const counter = 0;

export const vector = {
  get: (local: number): Bytes => [0x20, ...unsigned(local)],
  set: (local: number): Bytes => [0x21, ...unsigned(local)],
  /** Four times the number at an address. */
  loadNumber: (address: number): Bytes => [
    ...[0x41, ...signed(0)],
    ...vectorOperator(9),
    ...at(address, 2),
  ],
  /** Four numbers at an address, or at so many bytes behind it as the counter says. */
  load: (address: number): Bytes => [
    ...vector.get(counter),
    ...vectorOperator(0),
    ...at(address, 4),
  ],
  /** Puts four numbers there. @param value code that leaves them */
  store: (address: number, value: Bytes): Bytes => [
    ...vector.get(counter),
    ...value,
    ...vectorOperator(11),
    ...at(address, 4),
  ],
  /** Four times a number. */
  number: (value: number): Bytes => {
    const bytes = floatBytes(value);
    return [...vectorOperator(12), ...bytes, ...bytes, ...bytes, ...bytes];
  },
  equal: vectorOperator(65),
  unlike: vectorOperator(66),
  less: vectorOperator(67),
  greater: vectorOperator(68),
  lessOrEqual: vectorOperator(69),
  greaterOrEqual: vectorOperator(70),
  not: vectorOperator(77),
  and: vectorOperator(78),
  /** The first where the second has zeros, else 0. */
  without: vectorOperator(79),
  or: vectorOperator(80),
  /** The first where the third has ones, else the second. */
  select: vectorOperator(82),
  absolute: vectorOperator(224),
  negative: vectorOperator(225),
  root: vectorOperator(227),
  add: vectorOperator(228),
  subtract: vectorOperator(229),
  multiply: vectorOperator(230),
  divide: vectorOperator(231),
  smaller: vectorOperator(232),
  larger: vectorOperator(233),
};

/** Code that runs once, with the counter at 0. */
export const once = (code: Bytes): Bytes => [
  ...[0x41, ...signed(0)],
  ...vector.set(counter),
  ...code,
];

/** Code that runs for each 16 bytes of so many. */
export const forEachVector = (bytes: number, code: Bytes): Bytes => [
  ...once([]),
  ...[0x03, 0x40],
  ...code,
  ...vector.get(counter),
  ...[0x41, ...signed(16), 0x6a, 0x22, counter],
  ...[0x41, ...signed(bytes), 0x49, 0x0d, 0x00, 0x0b],
];

/**
 * A module that takes memory as `host.memory` and has one function, `run`, without arguments.
 * @param pages of 64 KiB that the memory has
 * @param locals types of the function's local variables
 * @param isShared whether threads share the memory
 */
export function moduleOf(
  pages: number,
  locals: Bytes,
  code: Bytes,
  isShared: boolean,
): Uint8Array<ArrayBuffer> {
  const declared = locals.flatMap((type) => [...unsigned(1), type]);
  const body = [...unsigned(locals.length), ...declared, ...code, 0x0b];
  const limits = [isShared ? 0x03 : 0x01, ...unsigned(pages), ...unsigned(pages)];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 0, 0]),
    ...section(2, [1, ...text('host'), ...text('memory'), 0x02, ...limits]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('run'), 0x00, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

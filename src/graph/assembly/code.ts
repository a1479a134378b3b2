import { at, type Bytes, signed, unsigned, vectorOperator } from '../kernel/wasm.js';

/*
 * Instructions of WebAssembly (Core Specification 2.0, chapter 5.4) for loops over arrays whose numbers lie at
 * addresses that a pointer and a fixed part make up.
 */

/** An address: a local variable, if any, and so many bytes behind it. */
export interface Address {
  readonly pointer: number | undefined;
  readonly bytes: number;
}

const get = (local: number): Bytes => [0x20, ...unsigned(local)];
const set = (local: number): Bytes => [0x21, ...unsigned(local)];
const whole = (value: number): Bytes => [0x41, ...signed(value)];
const pointerOf = ({ pointer }: Address) => (pointer === undefined ? whole(0) : get(pointer));

/** Whole numbers: pointers and counters. */
export const integer = {
  get,
  set,
  number: whole,
  /** Sets a variable to another one, or to 0. */
  copy: (to: number, from: number | undefined): Bytes => [
    ...(from === undefined ? whole(0) : get(from)),
    ...set(to),
  ],
  /** Adds to a variable. */
  advance: (local: number, by: number): Bytes => [...get(local), ...whole(by), 0x6a, ...set(local)],
};

/** Code that runs so many times. @param counter a variable of its own */
export function repeat(count: number, counter: number, code: Bytes): Bytes {
  if (count === 1) return code;
  return [
    ...[...whole(count), ...set(counter), 0x03, 0x40],
    ...code,
    ...[...get(counter), ...whole(1), 0x6b, 0x22, ...unsigned(counter), 0x0d, 0x00, 0x0b],
  ];
}

const fetched = (code: Bytes, address: Address, alignment: number): Bytes => [
  ...pointerOf(address),
  ...code,
  ...at(address.bytes, alignment),
];

/** Float32 numbers in memory. */
export const floats = {
  four: (address: Address) => fetched(vectorOperator(0), address, 4),
  /** One number, four times. */
  spread: (address: Address) => fetched(vectorOperator(9), address, 2),
  /** One number, and three zeros. */
  one: (address: Address) => fetched(vectorOperator(92), address, 2),
  /** Puts four numbers. @param value code that leaves them */
  putFour: (address: Address, value: Bytes): Bytes => [
    ...pointerOf(address),
    ...value,
    ...vectorOperator(11),
    ...at(address.bytes, 4),
  ],
  /** Puts the first of four numbers. */
  putOne: (address: Address, value: Bytes): Bytes => [
    ...pointerOf(address),
    ...value,
    ...vectorOperator(90),
    ...at(address.bytes, 2),
    0,
  ],
};

/** Bytes in memory, as float32 numbers. */
export const bytes = {
  four: (address: Address): Bytes => [
    ...fetched(vectorOperator(92), address, 2),
    ...[137, 169, 250].flatMap(vectorOperator),
  ],
  /** One, four times. */
  spread: (address: Address): Bytes => [
    ...fetched([0x2d], address, 0),
    0xb2,
    ...vectorOperator(19),
  ],
};

/** Copies so many bytes from one address to another. */
export const copyBytes = (to: number, from: number, count: number): Bytes => [
  ...[to, from, count].flatMap(whole),
  ...[0xfc, 0x0a, 0x00, 0x00],
];

const lanes = (order: readonly number[]): Bytes =>
  order.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]);

/** The numbers of a variable in another order. */
const shuffled = (local: number, order: readonly number[]): Bytes => [
  ...get(local),
  ...get(local),
  ...vectorOperator(13),
  ...lanes(order),
];

/** Combines the four numbers of a variable into the first. */
export const combined = (local: number, operator: Bytes): Bytes => [
  ...[...get(local), ...shuffled(local, [2, 3, 0, 1]), ...operator, ...set(local)],
  ...[...get(local), ...shuffled(local, [1, 0, 3, 2]), ...operator, ...set(local)],
];

/** Operators on vectors beside those of the kernel of updates. */
export const more = {
  /** The nearest whole number, of halves the even one. */
  nearest: vectorOperator(106),
  floor: vectorOperator(104),
  ceil: vectorOperator(103),
  /** The second where it is less than the first, else the first, also where that is not a number. */
  atMost: vectorOperator(234),
  /** The second where it is greater than the first, else the first, also where that is not a number. */
  atLeast: vectorOperator(235),
  /** Bits as whole numbers. */
  addBits: vectorOperator(174),
  subtractBits: vectorOperator(177),
  toFloats: vectorOperator(250),
  /** Bits moved to the left, or to the right with zeros. */
  left: (by: number): Bytes => [...whole(by), ...vectorOperator(171)],
  right: (by: number): Bytes => [...whole(by), ...vectorOperator(173)],
  rightSigned: (by: number): Bytes => [...whole(by), ...vectorOperator(172)],
  either: vectorOperator(81),
};

/** Four times a number given by its bits. */
export const bits = (value: number): Bytes => {
  const own = [...new Uint8Array(Uint32Array.of(value).buffer)];
  return [...vectorOperator(12), ...own, ...own, ...own, ...own];
};

export { get as getVector, set as setVector };

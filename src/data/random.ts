import { UserError } from './errors.js';

/**
 * One endless row of random numbers, named by a seed, a purpose and a step. It is a value, not a
 * generator: to draw from it changes nothing, so what was drawn before, elsewhere or on another
 * thread has no influence, and two draws from one stream give the same numbers. Take another name
 * or step for other numbers.
 */
export interface RandomStream {
  /** Philox key: the low 32 and the high 21 bits of the seed. */
  readonly key: readonly [low: number, high: number];
  /** The part of the Philox counter that names the stream: step, low and high, and hashed name. */
  readonly counter: readonly [stepLow: number, stepHigh: number, name: number];
}

/**
 * The random numbers of one purpose at one step. Streams of one seed never overlap when their
 * steps differ or their names differ in the 32-bit hash (FNV-1a) that stands for them.
 * @param seed integer from 0 to 2^53 - 1
 * @param name what the numbers are for, such as `'noise'` or `'order'`
 * @param step integer from 0 to 2^53 - 1: the training step, epoch or whatever counts the draws
 * @throws UserError when seed or step is not such an integer
 */
export function randomStream(seed: number, name: string, step = 0): RandomStream {
  checkCount('seed', seed);
  checkCount('step', step);
  return {
    key: [seed >>> 0, Math.floor(seed / 2 ** 32)],
    counter: [step >>> 0, Math.floor(step / 2 ** 32), hash(name)],
  };
}

/** Fills `target` with uniform numbers of [0, 1), multiples of 2^-24; element i depends on i only. */
export function fillUniform(stream: RandomStream, target: Float32Array): void {
  for (let i = 0, block = 0; i < target.length; i++) {
    if ((i & 3) === 0) draw(stream, block++);
    target[i] = (words[i & 3]! >>> 8) * 2 ** -24;
  }
}

/** The four numbers that `fillUniform` gives the elements from 4 · `block` on, into `target`. */
export function uniformBlock(stream: RandomStream, block: number, target: Float32Array): void {
  draw(stream, block);
  for (let i = 0; i < 4; i++) target[i] = (words[i]! >>> 8) * 2 ** -24;
}

/**
 * Fills `target` with numbers of the standard normal distribution, all finite (at most 6.7 in
 * size); element i depends on the stream and i only, so a longer fill starts with the same values.
 * Box and Muller, "A note on the generation of random normal deviates" (1958),
 * https://doi.org/10.1214/aoms/1177706645.
 */
export function fillNormal(stream: RandomStream, target: Float32Array): void {
  for (let i = 0, block = 0; i < target.length; i += 2) {
    if ((i & 3) === 0) draw(stream, block++);
    const turn = words[(i & 3) + 1]!;
    // Angles over half a turn; the lowest bit, too small to matter there, chooses the half.
    const angle = (turn | 0) * (Math.PI * 2 ** -32);
    const radius = Math.sqrt(-2 * logUnit(words[i & 3]!)) * (1 - 2 * (turn & 1));
    target[i] = radius * cosine(angle);
    if (i + 1 < target.length) target[i + 1] = radius * sine(angle);
  }
}

/**
 * The numbers 0 to `n` - 1 in random order, every order equally likely: Fisher and Yates's shuffle
 * over bounded integers without bias (Lemire, "Fast random integer generation in an interval",
 * https://arxiv.org/abs/1805.10941).
 * @throws UserError when `n` is not an integer from 0 to 2^32 - 1
 */
export function permutation(stream: RandomStream, n: number): Uint32Array {
  checkCount('permutation size', n, 2 ** 32 - 1);
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  let block = 0;
  let used = 4;
  for (let last = n - 1; last > 0; last--) {
    const bound = last + 1;
    let word: number;
    let low: number;
    do {
      if (used === 4) {
        draw(stream, block++);
        used = 0;
      }
      word = words[used++]!;
      low = Math.imul(word, bound) >>> 0;
      // 2^32 mod bound of the low products are surplus; drawing anew on them removes the bias.
    } while (low < bound && low < 2 ** 32 % bound);
    const other = multiplyHigh(word, bound) >>> 0;
    const value = order[last]!;
    order[last] = order[other]!;
    order[other] = value;
  }
  return order;
}

/**
 * Philox4x32-10, a bijection of 128-bit counters for each 64-bit key whose outputs are random
 * numbers: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011),
 * https://doi.org/10.1145/2063384.2063405. All words are 32 bits.
 * @param out receives the four words of output
 */
export function philox4x32(
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
  out: Uint32Array,
): void {
  let c0 = counter0 | 0;
  let c1 = counter1 | 0;
  let c2 = counter2 | 0;
  let c3 = counter3 | 0;
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < 10; round++) {
    const low0 = Math.imul(c0, 0xd2511f53);
    const low1 = Math.imul(c2, 0xcd9e8d57);
    const high0 = multiplyHigh(c0, 0xd2511f53);
    const high1 = multiplyHigh(c2, 0xcd9e8d57);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** The block that was drawn last; it lives here so that drawing allocates nothing. */
const words = new Uint32Array(4);

function draw({ key, counter }: RandomStream, block: number): void {
  philox4x32(block, counter[0], counter[1], counter[2], key[0], key[1], words);
}

/** The high half of the 64-bit product of two unsigned 32-bit words, as a signed word. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // No sum here exceeds 32 bits, so wrapping to a signed word loses nothing.
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const carry = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}

// The three functions below use only operations that IEEE 754 rounds exactly, so that every
// JavaScript engine draws the same bits; those of Math may differ, and are slower.

/** Natural logarithm of u = (word | 1) / 2^32, always under 0; within 1e-13. */
function logUnit(word: number): number {
  const odd = word | 1;
  const shift = Math.clz32(odd);
  // u = m / 2^shift, and ln m = ln(1/2) / 2 + 2 artanh s, its series in s.
  const m = ((odd << shift) >>> 0) * 2 ** -32;
  const s = (m - Math.SQRT1_2) / (m + Math.SQRT1_2);
  const q = s * s;
  const series =
    1 / 3 + q * (1 / 5 + q * (1 / 7 + q * (1 / 9 + q * (1 / 11 + q * (1 / 13 + q * (1 / 15))))));
  return 2 * s * (1 + q * series) - (shift + 0.5) * Math.LN2;
}

/** Taylor series of the sine, within 1e-11 for angles from -pi/2 to pi/2. */
function sine(x: number): number {
  const q = -x * x;
  let sum = q * (1 / (14 * 15)) + 1;
  sum = sum * q * (1 / (12 * 13)) + 1;
  sum = sum * q * (1 / (10 * 11)) + 1;
  sum = sum * q * (1 / (8 * 9)) + 1;
  sum = sum * q * (1 / (6 * 7)) + 1;
  sum = sum * q * (1 / (4 * 5)) + 1;
  sum = sum * q * (1 / (2 * 3)) + 1;
  return sum * x;
}

/** Taylor series of the cosine, within 1e-11 for angles from -pi/2 to pi/2. */
function cosine(x: number): number {
  const q = -x * x;
  let sum = q * (1 / (15 * 16)) + 1;
  sum = sum * q * (1 / (13 * 14)) + 1;
  sum = sum * q * (1 / (11 * 12)) + 1;
  sum = sum * q * (1 / (9 * 10)) + 1;
  sum = sum * q * (1 / (7 * 8)) + 1;
  sum = sum * q * (1 / (5 * 6)) + 1;
  sum = sum * q * (1 / (3 * 4)) + 1;
  return sum * q * (1 / (1 * 2)) + 1;
}

/** FNV-1a over UTF-16 code units: for ASCII the published 32-bit hash. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  }
  return state >>> 0;
}

function checkCount(what: string, value: number, most = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > most) {
    throw new UserError(`${what} ${value}: give an integer from 0 to ${most}.`);
  }
}

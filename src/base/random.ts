import { UserError } from './errors.js';

/**
 * One endless row of random numbers, named by a seed, a purpose and a step. It is a value, not a
 * generator: to draw from it changes nothing, so earlier draws, also elsewhere or on another thread,
 * have no influence, and two draws from one stream give the same numbers. Take another name or step
 * for other numbers.
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
 * @param name the purpose of the numbers, such as `'noise'` or `'order'`
 * @param step integer from 0 to 2^53 - 1: the training step, epoch or other count of draws
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

/** A row of random numbers can be begun at multiples of this. */
export const placeUnit = 16;

/** Other random numbers of the same seed and step, for a second purpose within one draw. */
export function branch({ key, counter }: RandomStream, name: string): RandomStream {
  return { key, counter: [counter[0], counter[1], (counter[2] ^ hash(name)) >>> 0] };
}

/**
 * Fills `target` with uniform numbers of [0, 1), multiples of 2^-24; element i depends on i only.
 * @param from the place in the row of the first element, a multiple of `placeUnit`
 */
export function fillUniform(stream: RandomStream, target: Float32Array, from = 0): void {
  const { length } = target;
  for (let start = 0; start < length; start += drawnWords) {
    const count = Math.min(drawnWords, length - start);
    drawMany(stream, (from + start) / 4, count);
    for (let i = 0; i < count; i++) target[start + i] = (drawn[i]! >>> 8) * 2 ** -24;
  }
}

/**
 * Fills `target` with ones and zeros, each 1 with `probability` to the nearest 2^-32; element i
 * depends on the stream, the probability and i only.
 *
 * It is 1 where a uniform number of 32 bits is under the probability. The first byte of the number
 * nearly always decides that, so four elements share a word. Where it equals the probability's first
 * byte, the other 24 bits come from blocks of their own.
 * @param probability from 0 to 1
 * @param from the place in the row of the first element, a multiple of `placeUnit`
 */
export function fillBernoulli(
  stream: RandomStream,
  target: Uint8Array,
  probability: number,
  from = 0,
): void {
  const bound = Math.round(probability * 2 ** 32);
  const high = Math.floor(bound / 2 ** 24);
  const { length } = target;
  for (let start = 0; start < length; start += 4 * drawnWords) {
    const count = Math.min(4 * drawnWords, length - start);
    drawMany(stream, (from + start) / 16, Math.ceil(count / 4));
    for (let i = start; i < start + count; i += 4) {
      const word = drawn[(i - start) >> 2]!;
      // Signs of differences, since a branch that chance decides costs more than the draw. Typed
      // arrays drop the writes beyond their end.
      target[i] = ((word & 0xff) - high) >>> 31;
      target[i + 1] = (((word >>> 8) & 0xff) - high) >>> 31;
      target[i + 2] = (((word >>> 16) & 0xff) - high) >>> 31;
      target[i + 3] = ((word >>> 24) - high) >>> 31;
      if (hasByte(word, high)) decideTies(stream, target, i, word, bound, from);
    }
  }
}

/** Tells whether a word has a byte `byte`: https://graphics.stanford.edu/~seander/bithacks.html. */
function hasByte(word: number, byte: number): boolean {
  const other = word ^ Math.imul(byte, 0x01010101);
  return ((other - 0x01010101) & ~other & 0x80808080) !== 0;
}

/** Decides the elements from `first` on whose bytes in `word` equal the bound's, by 24 bits more. */
function decideTies(
  stream: RandomStream,
  target: Uint8Array,
  first: number,
  word: number,
  bound: number,
  from: number,
): void {
  const high = Math.floor(bound / 2 ** 24);
  const low = bound % 2 ** 24;
  // The bytes' blocks are fewer than 2^31.
  draw(stream, 2 ** 31 + (from + first) / 4);
  for (let i = 0; i < 4; i++) {
    if (((word >>> (8 * i)) & 0xff) === high && words[i]! >>> 8 < low) target[first + i] = 1;
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
 * @param from the place in the row of the first element, a multiple of `placeUnit`
 */
export function fillNormal(stream: RandomStream, target: Float32Array, from = 0): void {
  const { length } = target;
  for (let start = 0; start < length; start += drawnWords) {
    const count = Math.min(drawnWords, length - start);
    drawMany(stream, (from + start) / 4, count);
    for (let i = 0; i < count; i += 2) {
      const turn = drawn[i + 1]!;
      // Angles over half a turn; the lowest bit, too small to matter there, chooses the half.
      const angle = (turn | 0) * (Math.PI * 2 ** -32);
      const radius = Math.sqrt(-2 * logUnit(drawn[i]!)) * (1 - 2 * (turn & 1));
      target[start + i] = radius * cosine(angle);
      if (i + 1 < count) target[start + i + 1] = radius * sine(angle);
    }
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
  let used = 0;
  let ready = 0;
  for (let last = n - 1; last > 0; last--) {
    const bound = last + 1;
    let word: number;
    let low: number;
    do {
      if (used === ready) {
        ready = Math.min(drawnWords, 4 * Math.ceil(last / 4));
        drawMany(stream, block, ready);
        block += ready / 4;
        used = 0;
      }
      word = drawn[used++]!;
      low = Math.imul(word, bound) >>> 0;
      // 2^32 mod bound of the low products are surplus; drawing anew on them removes the bias.
    } while (low < bound && low < 2 ** 32 % bound);
    const other = productHigh(word, bound, low) >>> 0;
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
    const high0 = productHigh(c0, 0xd2511f53, low0);
    const high1 = productHigh(c2, 0xcd9e8d57, low1);
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

/** Number of words drawn in one go; they stay in the nearest cache. */
const drawnWords = 4096;

/** The words that were drawn last in one go. */
const drawn = new Uint32Array(drawnWords);

/**
 * The words of the blocks from `block` on, at least `count` of them, into `drawn`.
 *
 * Four blocks are computed at a time: each is a chain of operations of which one waits for the
 * other, and four chains side by side keep the processor busy.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: words stay in registers in one function alone.
function drawMany({ key, counter }: RandomStream, block: number, count: number): void {
  for (let at = 0; at < count; at += 16) {
    const first = block + at / 4;
    let a0 = first | 0;
    let b0 = (first + 1) | 0;
    let c0 = (first + 2) | 0;
    let d0 = (first + 3) | 0;
    let a1 = counter[0] | 0;
    let a2 = counter[1] | 0;
    let a3 = counter[2] | 0;
    let [b1, c1, d1] = [a1, a1, a1];
    let [b2, c2, d2] = [a2, a2, a2];
    let [b3, c3, d3] = [a3, a3, a3];
    let k0 = key[0] | 0;
    let k1 = key[1] | 0;
    for (let round = 0; round < 10; round++) {
      const aLow0 = Math.imul(a0, 0xd2511f53);
      const aLow1 = Math.imul(a2, 0xcd9e8d57);
      const bLow0 = Math.imul(b0, 0xd2511f53);
      const bLow1 = Math.imul(b2, 0xcd9e8d57);
      const cLow0 = Math.imul(c0, 0xd2511f53);
      const cLow1 = Math.imul(c2, 0xcd9e8d57);
      const dLow0 = Math.imul(d0, 0xd2511f53);
      const dLow1 = Math.imul(d2, 0xcd9e8d57);
      const aHigh0 = productHigh(a0, 0xd2511f53, aLow0);
      const aHigh1 = productHigh(a2, 0xcd9e8d57, aLow1);
      const bHigh0 = productHigh(b0, 0xd2511f53, bLow0);
      const bHigh1 = productHigh(b2, 0xcd9e8d57, bLow1);
      const cHigh0 = productHigh(c0, 0xd2511f53, cLow0);
      const cHigh1 = productHigh(c2, 0xcd9e8d57, cLow1);
      const dHigh0 = productHigh(d0, 0xd2511f53, dLow0);
      const dHigh1 = productHigh(d2, 0xcd9e8d57, dLow1);
      a0 = aHigh1 ^ a1 ^ k0;
      a1 = aLow1;
      a2 = aHigh0 ^ a3 ^ k1;
      a3 = aLow0;
      b0 = bHigh1 ^ b1 ^ k0;
      b1 = bLow1;
      b2 = bHigh0 ^ b3 ^ k1;
      b3 = bLow0;
      c0 = cHigh1 ^ c1 ^ k0;
      c1 = cLow1;
      c2 = cHigh0 ^ c3 ^ k1;
      c3 = cLow0;
      d0 = dHigh1 ^ d1 ^ k0;
      d1 = dLow1;
      d2 = dHigh0 ^ d3 ^ k1;
      d3 = dLow0;
      k0 = (k0 + 0x9e3779b9) | 0;
      k1 = (k1 + 0xbb67ae85) | 0;
    }
    drawn[at + 0] = a0;
    drawn[at + 1] = a1;
    drawn[at + 2] = a2;
    drawn[at + 3] = a3;
    drawn[at + 4] = b0;
    drawn[at + 5] = b1;
    drawn[at + 6] = b2;
    drawn[at + 7] = b3;
    drawn[at + 8] = c0;
    drawn[at + 9] = c1;
    drawn[at + 10] = c2;
    drawn[at + 11] = c3;
    drawn[at + 12] = d0;
    drawn[at + 13] = d1;
    drawn[at + 14] = d2;
    drawn[at + 15] = d3;
  }
}

/**
 * The high half of the 64-bit product of two unsigned words, as a signed word.
 * @param low its low half, which is `Math.imul(a, b)`
 */
function productHigh(a: number, b: number, low: number): number {
  // A double holds the product within 2^11. To take away `low` - 2^31 leaves the high half and one
  // half, so that so small an error never reaches the next integer.
  return (((a >>> 0) * (b >>> 0) - (low ^ 0x80000000)) * 2 ** -32) | 0;
}

// The three functions below use only operations that IEEE 754 rounds exactly, so that every
// JavaScript engine draws the same bits; functions of Math may differ, and are slower.

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

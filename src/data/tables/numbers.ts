import { missingWords } from './missing.js';

/** The largest float32: numbers over it count as not finite. */
export const mostFloat32 = 3.4028234663852886e38;

/** Powers of ten, each the nearest double. */
const powers = Float64Array.from({ length: 301 }, (_, i) => Number(`1e${i}`));

/** Digits whose whole number is exact in a double. */
const exactDigits = 15;

/** Powers of ten up to this are exact in a double. */
const exactPower = 22;

/** A bound of the relative error of a number put together from many digits. */
const margin = 1e-13;

/** The number that `readNumber` found last. */
export const found = new Float64Array(1);

/**
 * Reads a plain decimal number, such as -1.5e3, from bytes of text.
 * @param decimal the byte between whole part and fraction
 * @returns the place after it, its value in `found`; -1 when there is none at `from`, or when it must
 *   be read by `exactNumber`: with many digits, a value may lie so close between two float32 values
 *   that only all of its digits tell them apart
 */
export function readNumber(bytes: Uint8Array, from: number, decimal: number): number {
  let at = from;
  let byte = bytes[at]!;
  const negative = byte === 45;
  if (negative || byte === 43) byte = bytes[++at]!;
  const start = at;
  let value = 0;
  let digit = byte - 48;
  while (digit >= 0 && digit <= 9) {
    value = value * 10 + digit;
    digit = bytes[++at]! - 48;
  }
  let digits = at - start;
  let power = 0;
  if (digit + 48 === decimal) {
    const point = ++at;
    digit = bytes[at]! - 48;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++at]! - 48;
    }
    power = point - at;
    digits -= power;
  }
  if (digits === 0) return -1;
  if (digit === 21 || digit === 53) {
    const next = readExponent(bytes, at + 1);
    if (next < 0) return -1;
    at = next;
    power += exponent;
  }
  if (power !== 0) {
    if (power < -300 || power > 300) return -1;
    value = power < 0 ? value / powers[-power]! : value * powers[power]!;
  }
  const isExact = digits <= exactDigits && power >= -exactPower && power <= exactPower;
  if (!isExact && Math.fround(value * (1 - margin)) !== Math.fround(value * (1 + margin)))
    return -1;
  if (value > mostFloat32) return -1;
  found[0] = negative ? -value : value;
  return at;
}

/** The exponent that `readExponent` found last. */
let exponent = 0;

/** Reads a whole number behind e. @returns the place after it; -1 when there is none */
function readExponent(bytes: Uint8Array, from: number): number {
  let at = from;
  const negative = bytes[at] === 45;
  if (negative || bytes[at] === 43) at++;
  const start = at;
  let value = 0;
  let digit = bytes[at]! - 48;
  while (digit >= 0 && digit <= 9) {
    value = Math.min(value * 10 + digit, 100_000);
    digit = bytes[++at]! - 48;
  }
  exponent = negative ? -value : value;
  return at === start ? -1 : at;
}

/** Marks beside the digits of a number. */
export type NumberMark = 'thousands' | 'percent' | 'currency' | 'parentheses';

/** A number as a cell may hold it. */
export interface CellNumber {
  readonly value: number;
  readonly marks: readonly NumberMark[];
}

const plain = {
  '.': /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,
  ',': /^[+-]?(\d+,?\d*|,\d+)(e[+-]?\d+)?$/i,
};

/** Whole parts in groups of three digits, parted by one and the same mark. */
const grouped = {
  '.': /^\d{1,3}(?:([,'’ \u00a0\u2009\u202f])\d{3})(?:\1\d{3})*(\.\d*)?$/,
  ',': /^\d{1,3}(?:([.'’ \u00a0\u2009\u202f])\d{3})(?:\1\d{3})*(,\d*)?$/,
};

const infinite = /^[+-]?inf(inity)?$/i;

/** The mark between whole part and fraction. */
export type Decimal = '.' | ',';

/**
 * A number from the text of a cell: plain, in groups of thousands, percent (as its hundredth), with a
 * currency's sign or in an accountant's parentheses. Hexadecimal digits and the like are no numbers.
 * @returns undefined for other text
 */
export function cellNumber(text: string, decimal: Decimal): CellNumber | undefined {
  if (plain[decimal].test(text)) return { value: numberOf(text), marks: [] };
  if (infinite.test(text)) {
    return { value: text.startsWith('-') ? -Infinity : Infinity, marks: [] };
  }
  if (text.length > 60) return undefined;
  const marks: NumberMark[] = [];
  let rest = text.replace('\u2212', '-');
  const strip = (pattern: RegExp, mark: NumberMark) => {
    const shorter = rest.replace(pattern, '').trim();
    if (shorter === rest) return;
    rest = shorter;
    marks.push(mark);
  };
  const enclosed = /^\((.+)\)$/.exec(rest);
  if (enclosed) {
    rest = `-${enclosed[1]!.trim()}`;
    marks.push('parentheses');
  }
  strip(/%$/, 'percent');
  const [, sign = ''] = /^([+-]?)/.exec(rest)!;
  rest = rest.slice(sign.length).trim();
  strip(/^\p{Sc}|\p{Sc}$/u, 'currency');
  const [, inner = ''] = sign === '' ? /^([+-]?)/.exec(rest)! : [];
  rest = rest.slice(inner.length);
  if (grouped[decimal].test(rest)) {
    rest = rest.replace(decimal === '.' ? /[^\d.]/g : /[^\d,]/g, '');
    marks.push('thousands');
  }
  if (marks.length === 0 || !/^\d/.test(rest) || !plain[decimal].test(rest)) return undefined;
  const size = numberOf(rest) / (marks.includes('percent') ? 100 : 1);
  return { value: sign === '-' || inner === '-' ? -size : size, marks };
}

function numberOf(text: string): number {
  return Number(text.replace(',', '.'));
}

/** Tells whether text is a number as cells hold it, with either decimal mark where none is given. */
export function isNumberText(text: string, decimal?: Decimal): boolean {
  if (decimal) return cellNumber(text, decimal) !== undefined;
  return cellNumber(text, '.') !== undefined || cellNumber(text, ',') !== undefined;
}

/** Tells whether text stands for a value that is not known. */
export function isMissing(text: string): boolean {
  return text === '' || (text.length < 10 && missingWords.has(text.toLowerCase()));
}

/** 1 and 0 for true and false in any case; undefined for other text. */
export function booleanOf(text: string): 0 | 1 | undefined {
  if (text.length < 4 || text.length > 5) return undefined;
  const word = text.toLowerCase();
  return word === 'true' ? 1 : word === 'false' ? 0 : undefined;
}

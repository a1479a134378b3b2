import { found, readNumber } from './numbers.js';

/** Fewest numbers of a list without brackets: two may be a date. */
const fewest = 4;

const [bracketOpen, bracketClose] = [91, 93];

/** Tells whether a byte parts numbers of a list. */
function isBreak(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 10 || byte === 13 || byte === 59;
}

/**
 * Reads a cell as a list of numbers, as in `70 80 82` or `[0.5, 0.25]`.
 * @param decimal the byte between whole part and fraction; unless it is a comma, commas part numbers
 * @param into takes the numbers, from `offset` on, as far as it is long enough
 * @returns how many there are; 0 when it is no list
 */
export function readList(
  bytes: Uint8Array,
  range: { readonly start: number; readonly end: number },
  decimal: number,
  into?: Float32Array,
  offset = 0,
): number {
  let { start: at, end } = range;
  while (at < end && isBreak(bytes[at]!)) at++;
  while (end > at && isBreak(bytes[end - 1]!)) end--;
  const isOpen = bytes[at] === bracketOpen;
  if (isOpen) at++;
  let count = 0;
  while (at < end) {
    const before = at;
    while (at < end && isSeparator(bytes[at]!, decimal, isOpen)) at++;
    if (at === end) break;
    if (count > 0 && at === before) return 0;
    const next = readNumber(bytes, at, decimal);
    if (next < 0 || next > end) return 0;
    if (into && offset + count < into.length) into[offset + count] = found[0]!;
    count++;
    at = next;
  }
  return isOpen || count >= fewest ? count : 0;
}

function isSeparator(byte: number, decimal: number, isOpen: boolean): boolean {
  if (isBreak(byte) || (byte === 44 && decimal !== 44)) return true;
  return isOpen && (byte === bracketOpen || byte === bracketClose);
}

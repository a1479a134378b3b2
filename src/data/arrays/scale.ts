import { UserError } from '../../base/errors.js';
import { isWhole, type Numbers, type StoredType } from '../codecs/numbers.js';
import type { ReadingNote } from '../notes.js';
import type { Survey } from './survey.js';

/** Describes how an array's numbers become the values of examples. */
export interface Scale {
  readonly dtype: 'uint8' | 'float32';
  /** Factor of numbers that become bytes, or divisor of numbers that become floats. */
  readonly by: number;
  /** The largest number that it is meant for; a larger one was not in the sample. */
  readonly most: number;
  readonly note: ReadingNote;
}

const written = (value: number) =>
  Number.isInteger(value)
    ? value.toLocaleString('en-US')
    : String(Number(value.toPrecision(4))).replace('e+', 'e');

/** The largest whole number up to which float32 holds every one. */
const exactWhole = 2 ** 24;

/** Bits that sensors and their files have, with the largest value of each. */
const depths = [10, 12, 14, 16].map((bits) => ({ bits, most: 2 ** bits - 1 }));

/** A byte that makes pictures of so few levels dark when it is divided by 255. */
const darkByte = 64;

/**
 * Decides how numbers of a type and range are read: bytes and truth values as [0, 1], pixels of
 * other whole types likewise by the depth that holds them, all others as they are.
 * @param name of the array in messages
 * @param isImage whether examples are images
 * @throws UserError when a number is beyond the range of float32
 */
export function scaleOf(type: StoredType, survey: Survey, name: string, isImage: boolean): Scale {
  const { min, max } = survey;
  const about = 'values' as const;
  if (type === 'bool') return binary('truth values are read as 0 and 1');
  if (min >= 0 && max <= 1 && (type === 'uint8' || (isImage && isWhole(type)))) {
    return binary(`${type} values of 0 and 1 alone are read as 0 and 1, not divided by 255`);
  }
  if (type === 'uint8') return bytes('uint8', survey);
  if (isImage && isWhole(type) && min >= 0 && max <= 255) return bytes(type, survey);
  if (isImage && type === 'uint16') {
    const { bits, most } = depths.find((depth) => max <= depth.most)!;
    const text = `uint16 values up to ${written(max)} are divided by ${written(most)}`;
    const note =
      bits < 16 ? { text: `${text}, for they fit ${bits} bits`, doubtful: true } : { text };
    return { dtype: 'float32', by: most, most: Number.POSITIVE_INFINITY, note: { about, ...note } };
  }
  const largest = min <= max ? Math.max(Math.abs(min), Math.abs(max)) : 0;
  if (Math.fround(largest) === Number.POSITIVE_INFINITY) {
    const value = Math.abs(min) > Math.abs(max) ? min : max;
    throw new UserError(
      `${name} holds ${value}, which float32 cannot hold. Scale the values before they are saved.`,
    );
  }
  return {
    dtype: 'float32',
    by: 1,
    most: Number.POSITIVE_INFINITY,
    note: { about, ...asTheyAre(type, survey, isImage) },
  };
}

/** The note on numbers that stand for themselves. */
function asTheyAre(
  type: StoredType,
  { min, max, whole }: Survey,
  isImage: boolean,
): Omit<ReadingNote, 'about'> {
  const range = min <= max ? ` from ${written(min)} to ${written(max)}` : '';
  const kept = `${type} values${range} are kept as they are`;
  const rounded =
    isWhole(type) && Math.max(-min, max) > exactWhole
      ? `${kept}, rounded to the 24 bits of float32`
      : kept;
  if (!isImage || (min >= 0 && max <= 1)) {
    return rounded === kept ? { text: kept } : { text: rounded, doubtful: true };
  }
  const pixels =
    min >= 0 && whole ? `; if they are pixels, divide them by their largest value` : '';
  return { text: `${rounded}, which is not the range [0, 1] of pixels${pixels}`, doubtful: true };
}

function binary(text: string): Scale {
  return { dtype: 'uint8', by: 255, most: 1, note: { about: 'values', text } };
}

function bytes(type: StoredType, { max, sampled }: Survey): Scale {
  const upTo = sampled && max >= darkByte ? '' : ` up to ${written(max)}`;
  const text = `${type} values${upTo} are divided by 255`;
  const isDark = max < darkByte;
  const note = isDark
    ? {
        text: `${text}, which makes them dark; if ${written(max)} is their white, save them divided by it as float32`,
        doubtful: true,
      }
    : { text };
  return { dtype: 'uint8', by: 1, most: 255, note: { about: 'values', ...note } };
}

/** Tells whether two parts of data are read alike. */
export function isSameScale(a: Scale, b: Scale): boolean {
  return a.dtype === b.dtype && a.by === b.by;
}

/**
 * Numbers as values of examples.
 * @throws UserError when there is a number that the scale is not meant for
 */
export function scaled(numbers: Numbers, { dtype, by, most }: Scale, name: string) {
  if (dtype === 'float32') {
    const values = new Float32Array(numbers);
    if (by !== 1) for (let i = 0; i < values.length; i++) values[i] = numbers[i]! / by;
    return values;
  }
  const values = new Uint8Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!;
    if (number > most || number < 0) throw beyond(name, number, most);
    values[i] = number * by;
  }
  return values;
}

function beyond(name: string, number: number, most: number): UserError {
  return new UserError(
    `${name} holds ${number}, but those of its values that were looked at are from 0 to ${most}. Save it as float32.`,
  );
}

import { UserError } from '../../base/errors.js';
import { excerpt } from '../../base/excerpt.js';
import { nearest } from '../../base/suggest.js';
import type { Layout } from './gather.js';

/** Names that a column of labels goes by. */
const labelNames = ['label', 'labels', 'class'];

/** Which columns of a table are the features, and which the label. */
export interface TableColumns {
  /** Places of the features among all columns, in the order of the features. */
  readonly features: readonly number[];
  /** The place of the label. */
  readonly label?: number | undefined;
  /** Names of columns that are neither. */
  readonly unused: readonly string[];
}

/**
 * Chooses the columns of a table.
 * @param names all columns by name
 * @param isNumeric whether a column holds numbers
 * @param options.columns the features; all numeric columns but the label when left out
 * @param options.label the label; a column named label, labels or class when left out
 * @throws UserError when a named column is not there or not numeric, or when none is numeric
 */
export function chooseColumns(
  names: readonly string[],
  isNumeric: (place: number) => boolean,
  options: {
    readonly columns?: readonly string[] | undefined;
    readonly label?: string | undefined;
  },
  path: string,
): TableColumns {
  const label =
    options.label === undefined
      ? names.findIndex(
          (name) => labelNames.includes(name.toLowerCase()) && !options.columns?.includes(name),
        )
      : columnPlace(names, options.label, path);
  const features = options.columns
    ? options.columns.map((name) => columnPlace(names, name, path))
    : names.flatMap((_, place) => (place !== label && isNumeric(place) ? [place] : []));
  const text = features.find((place) => !isNumeric(place));
  if (text !== undefined) {
    throw new UserError(
      `${path}: column ${excerpt(names[text]!)} does not hold numbers. Name numeric columns.`,
    );
  }
  if (features.length === 0) {
    throw new UserError(`${path}: no column holds numbers. Give a table of numbers.`);
  }
  const unused = names.filter((_, place) => place !== label && !features.includes(place));
  return { features, label: label < 0 ? undefined : label, unused };
}

/** The place of a column. @throws UserError when there is none of that name */
export function columnPlace(names: readonly string[], name: string, path: string): number {
  const place = names.indexOf(name);
  if (place >= 0) return place;
  const guess = nearest(name, names);
  const shown = names.slice(0, 8).map((each) => excerpt(each, 30));
  throw new UserError(
    `${path}: there is no column ${excerpt(name)}. ${guess ? `Did you mean ${excerpt(guess)}?` : `It has ${shown.join(', ')}${names.length > 8 ? ', …' : ''}.`}`,
  );
}

/**
 * The examples that features make: columns that are named as pixels (pixel0, pixel1 ... or 1x1, 1x2
 * ...) are uint8, and a square image if their number is a square; others are a float32 vector.
 */
export function tableLayout(features: readonly string[]): Layout {
  const count = features.length;
  if (count < 4 || !features.every((name) => /^(pixel_?\d+|\d+x\d+)$/i.test(name))) {
    return { shape: [count], dtype: 'float32' };
  }
  const side = Math.round(Math.sqrt(count));
  return { shape: side * side === count ? [1, side, side] : [count], dtype: 'uint8' };
}

/** Whether a number can be stored exactly or, for floats, at all. */
export function fits(value: number, dtype: 'uint8' | 'float32'): boolean {
  return dtype === 'uint8'
    ? value === (value & 255)
    : Number.isFinite(value) && Math.abs(value) <= 3.4028234663852886e38;
}

/** The fault of a number that does not fit. */
export function misfit(value: number, dtype: 'uint8' | 'float32'): string {
  return dtype === 'uint8'
    ? `${value} is no whole number from 0 to 255, as a pixel must be`
    : `${value} is not a finite number`;
}

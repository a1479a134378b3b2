import { UserError } from '../../base/errors.js';
import { excerpt, formatShape } from '../../base/excerpt.js';
import { elementCount } from '../../base/shape.js';
import { type ArrayAxes, arrayAxes } from '../arrays/axes.js';
import type { ReadingNote } from '../notes.js';
import { isSequenceLayout, type ReadOptions } from '../read-options.js';
import { elements } from './roles.js';
import type { ColumnFacts } from './table.js';

/** Describes how the features of a row make an example. */
export interface ExampleShape {
  readonly shape: readonly number[];
  readonly dtype: 'uint8' | 'float32';
  /** The order of one example's values in the row, where it follows an array's axes. */
  readonly axes?: ArrayAxes | undefined;
  readonly notes: readonly ReadingNote[];
}

/** Names of pixels: pixel0, pixel_1, pixel_0_1, 1x1, 28x28. */
const pixelName = /^(pixel[_ ]?\d+([_x]\d+)?|px?_?\d+|\d+x\d+)$/i;

/** Names of lists of pixels. */
const pixelsName = /^(pixels?|image|img|picture)(_?data)?$/i;

/** Lengths of rows that are pictures, if they are anything. */
const pictureLengths: Readonly<Record<number, string>> = {
  784: '1x28x28',
  3072: '3x32x32, or 32x32x3 where each pixel has its colours together',
};

/** Whole values up to this are no bytes from black to white: 16 grays, or labels. */
const fewGrays = 16;

/** The sides of a square of so many pixels; undefined when there is none. */
function squareOf(count: number): readonly [1, number, number] | undefined {
  const side = Math.round(Math.sqrt(count));
  return side > 1 && side * side === count ? [1, side, side] : undefined;
}

/** Values of an example, as their columns show them together. */
interface Range {
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
}

function rangeOf(columns: readonly ColumnFacts[]): Range {
  return {
    least: columns.reduce((least, each) => Math.min(least, each.least), Infinity),
    most: columns.reduce((most, each) => Math.max(most, each.most), -Infinity),
    isWhole: columns.every(({ isWhole }) => isWhole),
  };
}

/**
 * The example that the features of a row make: pixels, by their names or as a list in a cell, are a
 * square picture, and others a vector, unless `shape` says it.
 * @param isUnnamed whether the table has no names
 * @param hasLabel whether a column holds labels
 * @throws UserError when `shape` has another number of values, or pixels are no bytes
 */
export function exampleShape(
  columns: readonly ColumnFacts[],
  path: string,
  options: Pick<ReadOptions, 'shape' | 'layout'> & { readonly isFlatPicture: boolean },
): ExampleShape {
  const count = columns.reduce((sum, each) => sum + elements(each), 0);
  const range = rangeOf(columns);
  const [first] = columns as [ColumnFacts];
  const list = columns.length === 1 && first.kind === 'list' ? first : undefined;
  const isPixels =
    count >= 4 &&
    (list
      ? pixelsName.test(list.name) || (isBytes(range) && squareOf(count) !== undefined)
      : columns.every(({ name, kind }) => kind === 'number' && pixelName.test(name)));
  const axesOf = (shape: readonly number[]) =>
    arrayAxes([1, ...shape], path, { layout: options.layout });
  if (options.shape) {
    checkShape(options.shape, count, path);
    return shaped(arrayAxes([1, count], path, options), range);
  }
  if (isSequenceLayout(options.layout)) return shaped(axesOf(list?.shape ?? [count]), range);
  const declared = list?.shape && list.shape.length > 1 ? axesOf(list.shape) : undefined;
  if (isPixels || options.isFlatPicture) {
    const isGuess = options.isFlatPicture && !isPixels;
    return pixels(columns, range, path, { count, declared, isGuess });
  }
  if (declared) return nested(declared, count, range);
  const flat = { shape: [count], dtype: 'float32' as const };
  const looks = Object.hasOwn(pictureLengths, count) ? pictureLengths[count] : undefined;
  if (looks === undefined) return { ...flat, notes: [] };
  const dtype = isBytes(range) ? ('uint8' as const) : ('float32' as const);
  const text = `rows of ${count} values are read flat; if they are pictures, --shape ${looks}`;
  return { ...flat, dtype, notes: [{ about: 'axes', text, doubtful: true }] };
}

/** Tells whether columns are pixels of a picture, by their names; a column of labels may be beside them. */
export function arePictures(columns: readonly ColumnFacts[]): boolean {
  const pixels = columns.filter(({ name, kind }) => kind === 'number' && pixelName.test(name));
  return pixels.length >= 4 && pixels.length >= columns.length - 2;
}

/** Tells whether values are whole numbers from black to white. */
function isBytes({ least, most, isWhole }: Range): boolean {
  return isWhole && least >= 0 && most <= 255 && most > fewGrays;
}

function dtypeOf(range: Range): Pick<ExampleShape, 'dtype' | 'notes'> {
  if (isBytes(range)) {
    return {
      dtype: 'uint8',
      notes: [{ about: 'values', text: 'pixels are whole numbers, 0 for black to 255 for white' }],
    };
  }
  const { least, most, isWhole } = range;
  const text =
    isWhole && least >= 0 && most <= 1
      ? 'pixels are 0 for black and 1 for white'
      : `pixels go from ${round(least)} to ${round(most)}, not to 255: they are read as they are`;
  return { dtype: 'float32', notes: [{ about: 'values', text, doubtful: most > 1 || least < 0 }] };
}

function round(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function checkShape(shape: readonly number[], count: number, path: string): void {
  if (elementCount(shape) === count) return;
  throw new UserError(
    `${path}: a row has ${count} values, but shape ${formatShape(shape)} has ${elementCount(shape)}. Give another shape (--shape).`,
  );
}

function shaped(axes: ArrayAxes, range: Range): ExampleShape {
  const { shape } = axes;
  const flat = { dtype: isBytes(range) ? ('uint8' as const) : ('float32' as const), notes: [] };
  if (shape.length === 2) return { shape, axes, dtype: 'float32', notes: axes.notes };
  return { shape, axes, ...(shape.length === 1 ? flat : dtypeOf(range)) };
}

function nested(axes: ArrayAxes, count: number, range: Range): ExampleShape {
  const { shape } = axes;
  const text = `lists of ${count} values are read as ${formatShape(shape)}`;
  if (shape.length === 2) return shaped(axes, range);
  const { dtype, notes } = dtypeOf(range);
  return { shape, axes, dtype, notes: [{ about: 'axes', text }, ...notes] };
}

function pixels(
  columns: readonly ColumnFacts[],
  range: Range,
  path: string,
  how: {
    readonly count: number;
    readonly declared: ArrayAxes | undefined;
    readonly isGuess: boolean;
  },
): ExampleShape {
  const { count, declared, isGuess } = how;
  const wide = range.most > 255 || (range.least < 0 && range.isWhole);
  const wrong = wide && columns.find(({ least, most }) => most > 255 || least < 0);
  if (wrong) {
    const value = wrong.most > 255 ? wrong.most : wrong.least;
    throw new UserError(
      `${path}: column ${excerpt(wrong.name)}: ${value} is no whole number from 0 to 255, as a pixel must be. Correct the column, or name the columns otherwise.`,
    );
  }
  const shape = declared?.shape ?? squareOf(count) ?? [count];
  const { dtype, notes } = dtypeOf(range);
  const text = `${count} pixels a row are read as ${shape.length > 1 ? `pictures of ${formatShape(shape)}` : 'vectors: they make no square (--shape says otherwise)'}${isGuess ? ' (--shape says otherwise)' : ''}`;
  return {
    shape,
    dtype,
    axes: declared,
    notes: [
      { about: 'axes', text, ...(isGuess || shape.length === 1 ? { doubtful: true } : {}) },
      ...notes,
    ],
  };
}

import { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import { ownArray } from '../base/realm.js';
import { elementCount } from '../base/shape.js';
import type { Column, IdColumn, TableColumn } from './column.js';

/** A quality that examples differ in, and that is known of each: the x of a sprite. */
export interface Factor {
  readonly name: string;
  /** The value of each level, in order. */
  readonly values: readonly number[];
  /** The level of an example. */
  level(index: number): number;
}

/**
 * Examples that can be read by index, however they are stored. Training asks for nothing else, so
 * a source larger than memory need only implement `read`.
 */
export interface Dataset {
  /** The name of the data in messages and reports. */
  readonly name: string;
  /** Number of examples. */
  readonly size: number;
  /** Shape of one example; for images [channels, height, width]. */
  readonly shape: readonly number[];
  /** `uint8` values stand for [0, 1] in steps of 1/255; `float32` values stand for themselves. */
  readonly dtype: 'uint8' | 'float32';
  /** The class of each example, when the data has classes. */
  readonly labels?: ArrayLike<number>;
  readonly classNames?: readonly string[];
  /** Columns of the table that examples are rows of, one for each value. */
  readonly columns?: readonly Column[];
  /**
   * All columns of the table, in its order, where examples are rows that were read column by column;
   * the learnt columns are `columns`. A missing value is NaN.
   */
  readonly table?: readonly TableColumn[];
  /** The columns that name or number the rows: the text of each row's cell. */
  readonly ids?: readonly IdColumn[];
  /** The text of each cell of the columns that are learnt, where that was asked for. */
  readonly cells?: readonly IdColumn[];
  /** The qualities that examples were made from, where they are known. */
  readonly factors?: readonly Factor[];
  /** Tells people where an example comes from: a file's path within the data, or a row. */
  readonly origin?: (index: number) => string;
  /**
   * Copies the examples at `indices`, one after another, to the start of `target`.
   * @param target at least `indices.length` times the values of one example, of `dtype`'s array type
   */
  read(indices: ArrayLike<number>, target: Uint8Array | Float32Array): void | Promise<void>;
}

/** A dataset that is in memory as one tensor. */
export interface TensorDataset extends Dataset {
  /** Shape [N, ...shape], dtype uint8 or float32. */
  readonly images: Tensor;
}

/** Bytes of one example. */
export function exampleBytes({ shape, dtype }: Dataset): number {
  return elementCount(shape) * (dtype === 'uint8' ? 1 : 4);
}

/** Facts of a dataset beside its values. */
export interface DatasetOptions
  extends Partial<
    Pick<
      Dataset,
      | 'name'
      | 'labels'
      | 'classNames'
      | 'columns'
      | 'table'
      | 'ids'
      | 'cells'
      | 'factors'
      | 'origin'
    >
  > {}

/** The facts of a dataset that hold for a view of the same examples too. */
export function factsOf(dataset: Dataset): Omit<DatasetOptions, 'name'> {
  const { labels, classNames, columns, table, ids, cells, factors, origin } = dataset;
  return {
    ...(labels ? { labels } : {}),
    ...(classNames ? { classNames } : {}),
    ...(columns ? { columns } : {}),
    ...(table ? { table } : {}),
    ...(ids ? { ids } : {}),
    ...(cells ? { cells } : {}),
    ...(factors ? { factors } : {}),
    ...(origin ? { origin } : {}),
  };
}

/**
 * A dataset over values in memory; nothing is copied.
 * @param given values of N examples, one after another, row-major
 * @param shape shape of one example
 * @throws UserError when the values are not a whole number of examples, when there are none, when
 *   labels and examples differ in count, or when a float value is not finite
 */
export function fromArray(
  given: Uint8Array | Float32Array,
  shape: readonly number[],
  options: DatasetOptions = {},
): TensorDataset {
  const values = ownArray(given);
  const name = options.name ?? 'data';
  const width = shape.reduce((product, size) => product * size, 1);
  const size = values.length / width;
  if (!Number.isInteger(size) || size === 0) {
    throw new UserError(
      `${name}: ${values.length} values are not a whole number of examples of shape [${shape.join(', ')}] (${width} values each).`,
    );
  }
  if (options.labels && options.labels.length !== size) {
    throw new UserError(
      `${name}: ${size} images but ${options.labels.length} labels. Give one label an image.`,
    );
  }
  const dtype = values instanceof Uint8Array ? 'uint8' : 'float32';
  if (values instanceof Float32Array) {
    const bad = firstNotFinite(values, options.table !== undefined);
    if (bad >= 0) {
      throw new UserError(
        `${name}: example ${Math.floor(bad / width)} holds ${values[bad]} at value ${bad % width}. Remove or replace values that are not finite.`,
      );
    }
  }
  return {
    ...options,
    name,
    size,
    shape,
    dtype,
    images: new Tensor(dtype, values, [size, ...shape]),
    read(indices, target) {
      for (let row = 0, end = 0; row < indices.length; row = end) {
        // Neighbours are copied at once.
        for (end = row + 1; indices[end] === indices[row]! + end - row; ) end += 1;
        const start = indices[row]! * width;
        target.set(values.subarray(start, start + (end - row) * width), row * width);
      }
    },
  };
}

/**
 * The place of the first value that is not finite; -1 when all are. A plain loop, as values may be many.
 * @param mayLack whether NaN stands for a value that is missing
 */
function firstNotFinite(values: Float32Array, mayLack: boolean): number {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]) && !(mayLack && Number.isNaN(values[i]))) return i;
  }
  return -1;
}

/**
 * Examples of a dataset from place `start` to before `end`, as a tensor [end - start, ...shape].
 */
export async function readRange(dataset: Dataset, start: number, end: number): Promise<Tensor> {
  const { dtype, shape } = dataset;
  const width = shape.reduce((product, size) => product * size, 1);
  const values = new (dtype === 'uint8' ? Uint8Array : Float32Array)((end - start) * width);
  const places = new Uint32Array(end - start);
  for (let i = 0; i < places.length; i++) places[i] = start + i;
  await dataset.read(places, values);
  return new Tensor(dtype, values, [end - start, ...shape]);
}

import type { TableColumn } from './column.js';
import type { Dataset } from './dataset.js';
import { summarizeValues } from './values.js';

/** Facts of data that a model keeps of the data it was trained on: plain data of `config.json`. */
export interface DataDescription {
  readonly name: string;
  /** Shape of one example. */
  readonly shape: readonly number[];
  readonly dtype: 'uint8' | 'float32';
  /** The values of a sample; bytes stand for [0, 1]. */
  readonly values: {
    readonly least: number;
    readonly most: number;
    readonly mean: number;
    readonly deviation: number;
  };
  /** Names of the columns of a table, in the order in which examples hold them. */
  readonly columns?: readonly string[] | undefined;
  /** The name of class i at place i. */
  readonly classNames?: readonly string[] | undefined;
  /** Number of examples that each part had. */
  readonly parts: { readonly train: number; readonly validation?: number | undefined };
}

/** The facts by which other data is matched: no example is read for them. */
export interface DataNames extends Pick<DataDescription, 'shape' | 'columns' | 'classNames'> {
  /** All columns of the table, where a model is about one. */
  readonly table?: readonly TableColumn[] | undefined;
}

/** The names, the shape and the table's columns of data. */
export function namesOf({ shape, columns, table, classNames }: Dataset): DataNames {
  return {
    shape: [...shape],
    ...(columns ? { columns: columns.map((column) => column.name) } : {}),
    ...(table ? { table } : {}),
    ...(classNames ? { classNames: [...classNames] } : {}),
  };
}

/** The description of data that a model is trained on. */
export async function describeData(train: Dataset, validation?: Dataset): Promise<DataDescription> {
  const { name, dtype } = train;
  const { least, most, mean, deviation } = await summarizeValues(train);
  // The model itself keeps the columns of its table.
  const { table: _, ...names } = namesOf(train);
  return {
    name,
    dtype,
    ...names,
    values: { least, most, mean, deviation },
    parts: { train: train.size, ...(validation ? { validation: validation.size } : {}) },
  };
}

import type { Dataset } from '../../../src/data/dataset.js';
import type { OpenedData } from '../../../src/data/formats/format.js';
import type { OpenOptions } from '../../../src/data/open.js';
import { UserError } from '../../../src/index.js';

/** A way in which people's data lies in files, and how it is to be read: here and in the browser. */
export interface DataLayout {
  /** The layout in a few words: `docs/data.md` lists it by them. */
  readonly title: string;
  /** Contents by path within the folder that holds them. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** The path to open; all of the folder when left out. */
  readonly open?: string;
  /** Labels in a file: its path in the folder goes in the place of `label`. */
  readonly labelFile?: string;
  readonly options?: OpenOptions;
  /** The data as its owner means it, or the line that refuses it. */
  readonly expect: Expected | { readonly refused: RegExp };
  /** The reason why a browser cannot read it. */
  readonly nodeOnly?: string;
}

/** The part of the data read that a layout decides. A key left out is not checked. */
export interface Expected {
  readonly shape?: readonly number[];
  readonly size?: number;
  readonly dtype?: 'uint8' | 'float32';
  /** The values of all examples, or of the first ones; bytes are divided by 255. NaN is a missing value. */
  readonly values?: readonly number[];
  readonly labels?: readonly number[] | null;
  readonly classNames?: readonly string[] | null;
  readonly columns?: readonly string[];
  /** The kinds of all columns of a table, as in `age: count`. */
  readonly kinds?: readonly string[];
  /** The words of columns of categories, in their order. */
  readonly categories?: readonly (readonly string[])[];
  /** The names of the first row. */
  readonly ids?: readonly string[];
  readonly origins?: readonly string[];
  readonly validation?: number | null;
  readonly test?: number | null;
  /** Lines that the notes have among them. */
  readonly notes?: readonly RegExp[];
  readonly skipped?: readonly string[];
}

/** Result of reading a layout, as plain data of the keys of `Expected`; or the line of its refusal. */
export type Found = Record<string, unknown>;

/** Most values that are compared. */
const mostValues = 4096;

async function valuesOf(data: Dataset): Promise<number[]> {
  const width = data.shape.reduce((product, length) => product * length, 1);
  const count = Math.min(data.size, Math.max(1, Math.floor(mostValues / width)));
  const isBytes = data.dtype === 'uint8';
  const values = new (isBytes ? Uint8Array : Float32Array)(count * width);
  await data.read(
    Uint32Array.from({ length: count }, (_, i) => i),
    values,
  );
  return Array.from(values, (value) => (isBytes ? value / 255 : value));
}

/** Opens a layout's data. @param open opens its path, in Node or in a browser */
export async function foundOf(open: () => Promise<OpenedData>): Promise<Found> {
  try {
    const { train, validation, test, notes = [], skipped = [] } = await open();
    const { shape, size, dtype, labels, classNames, columns, table, ids, origin } = train;
    return {
      shape: [...shape],
      size,
      dtype,
      values: await valuesOf(train),
      labels: labels ? Array.from(labels) : null,
      classNames: classNames ? [...classNames] : null,
      columns: columns?.map(({ name }) => name),
      kinds: table?.map(({ name, kind }) => `${name}: ${kind}`),
      categories: columns?.flatMap((column) => ('categories' in column ? [column.categories] : [])),
      ids: ids?.map(({ text }) => text(0)),
      origins: origin && Array.from({ length: size }, (_, i) => origin(i)),
      validation: validation?.size ?? null,
      test: test?.size ?? null,
      notes: notes.map(({ text }) => text),
      skipped: skipped.map(({ name }) => name),
    };
  } catch (error) {
    if (error instanceof UserError || (error as Error).name === 'UserError') {
      return { refused: (error as Error).message };
    }
    throw error;
  }
}

import { placesByClass } from './changes/spread.js';
import type { TableColumn } from './column.js';
import type { Dataset } from './dataset.js';
import type { OpenedData } from './formats/format.js';
import { describeInput, type InputKind } from './input.js';
import { noteSubjects, type ReadingNote } from './notes.js';
import { type OpenOptions, openDataset } from './open.js';
import { summarizeValues, type ValueSummary } from './values.js';

/** A part of data on a data card. */
export interface PartCard {
  readonly examples: number;
  /** Its classes in the order of their numbers, with how many examples each has. */
  readonly classes?: readonly { readonly name: string; readonly examples: number }[] | undefined;
}

/** Data as it was found, how it is read and why: plain data. */
export interface DataCard {
  readonly name: string;
  readonly parts: {
    readonly train: PartCard;
    readonly validation?: PartCard | undefined;
    readonly test?: PartCard | undefined;
  };
  /** Shape of one example; for images [channels, height, width]. */
  readonly shape: readonly number[];
  readonly kind: InputKind;
  readonly dtype: 'uint8' | 'float32';
  /** The values of a sample of the training part; bytes stand for [0, 1]. */
  readonly values: ValueSummary;
  /** Names of the columns of a table. */
  readonly columns?: readonly string[] | undefined;
  /** All columns of a table that is learnt column by column. */
  readonly table?: readonly TableColumn[] | undefined;
  /** Examples that could not be read. */
  readonly skipped: number;
  /** Notes on how it was read, and why, by subject. */
  readonly notes: readonly ReadingNote[];
}

/** Examples of each part that are looked at. */
const sampled = 200;

function partCard({ size, labels, classNames }: Dataset): PartCard {
  if (!labels) return { examples: size };
  const classes = placesByClass(labels).map(([label, places]) => {
    return { name: classNames?.[label] ?? String(label), examples: places.length };
  });
  return { examples: size, classes };
}

/** The card of data that was opened: a sample of it is read. */
export async function describeOpened(opened: OpenedData): Promise<DataCard> {
  const { name, train, validation, test, notes = [], skipped = [] } = opened;
  const { shape, dtype, columns, table } = train;
  return {
    name,
    parts: {
      train: partCard(train),
      ...(validation ? { validation: partCard(validation) } : {}),
      ...(test ? { test: partCard(test) } : {}),
    },
    shape: [...shape],
    kind: describeInput(shape, { columns: table }).kind,
    dtype,
    values: await summarizeValues(train, sampled),
    ...(columns ? { columns: columns.map((column) => column.name) } : {}),
    ...(table ? { table } : {}),
    skipped: skipped.length,
    notes: noteSubjects.flatMap((subject) => notes.filter(({ about }) => about === subject)),
  };
}

/**
 * The card of data before it is trained on: shape, values, classes and parts, how it is read and why.
 * Of large data, a sample is looked at.
 * @param spec as `openDataset` takes it
 * @throws UserError as `openDataset` does
 */
export async function describe(spec: string, options: OpenOptions = {}): Promise<DataCard> {
  return describeOpened(await openDataset(spec, { ...options, sample: sampled }));
}

import { elementCount } from '../../../src/base/shape.js';
import { entryOfFile } from '../../../src/data/arrays/files.js';
import { roleOf } from '../../../src/data/arrays/names.js';
import { giveFiles } from '../../../src/data/files/given-files.web.js';
import { pictureEndings } from '../../../src/data/pictures/picture.js';
import { type Dataset, datasets, UserError } from '../../../src/index.js';
import type { DataPart, GivenData } from '../storage/database.js';
import type { AddOptions, CardLines, Reading } from './info.js';
import type { OpenedKeptData } from './kept.js';
import { withoutColumns } from './without-columns.js';

/** Bytes of examples that a page takes: they are held in memory, and twice while they are kept. */
const mostBytes = 2 ** 30;

/** Data that was read, and the files that could not be. */
export interface ImportedData {
  readonly data: GivenData;
  /** The same as it was read. */
  readonly opened: OpenedKeptData;
  /** Notes on how it was read, and why: lines, each with its subject. */
  readonly card: CardLines;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Reads files that were given to the page.
 * @param files by their paths in the folder that was given, or by their names
 * @throws UserError when nothing is left of the columns, or there is no data in them, or it cannot be read
 */
export async function importData(
  files: Readonly<Record<string, Blob>>,
  options: Reading,
  { without = [], replaces }: AddOptions = {},
): Promise<ImportedData> {
  const bytes = Object.values(files).reduce((total, { size }) => total + size, 0);
  if (bytes > mostBytes) {
    throw new UserError(
      `The files have ${Math.round(bytes / 2 ** 20)} MB, over the ${mostBytes / 2 ** 20} MB that the page takes. Train on them by vaekit train, or give fewer.`,
    );
  }
  const forget = giveFiles(
    Object.fromEntries(Object.entries(files).map(([path, file]) => [`dropped/${path}`, file])),
  );
  try {
    const read = await datasets.openDataset(placeOf(files), options);
    const opened = without.length > 0 ? withoutColumns(read, without) : read;
    const { name, train, test = opened.validation, skipped = [] } = opened;
    const { classNames, table, columns } = train;
    // Loaded with the first data that is given.
    const { describeOpened } = await import('../../../src/data/card.js');
    const { cardLines } = await import('../../../src/report/card-lines.js');
    const card = await describeOpened(opened);
    const data: GivenData = {
      id: replaces?.replace(/^kept:/, '') ?? crypto.randomUUID(),
      name: name !== 'dropped' ? name : Object.keys(files).some(isArray) ? 'arrays' : 'pictures',
      shape: train.shape,
      size: train.size,
      created: Date.now(),
      ...(train.dtype === 'float32' ? { values: card.values } : {}),
      ...(train.labels ? { classes: classesOf(train.labels, classNames) } : {}),
      ...(classNames ? { classNames } : {}),
      ...(table ? { table } : columns ? { columns: columns.map((each) => each.name) } : {}),
      train: await partOf(train),
      ...(test ? { test: await partOf(test) } : {}),
    };
    const parts = { title: name, train, ...(test ? { test } : {}) };
    return { data, opened: parts, skipped, card: cardLines(card) };
  } finally {
    forget();
  }
}

/** Counts the classes, by the largest label or by their names. */
const classesOf = (labels: ArrayLike<number>, names: readonly string[] = []): number =>
  Math.max(2, names.length, Array.from(labels).reduce((most, each) => Math.max(most, each), 0) + 1);

const isArray = (path: string) => /\.np[yz]$|idx\d|\.gz$/i.test(path);

/** Tells whether a file is named as the examples of a part that is kept from training. */
function isOtherPart(path: string): boolean {
  const { part, kind } = roleOf(entryOfFile(path)?.key ?? '');
  return kind === 'examples' && (part === 'test' || part === 'validation');
}

/** The file or folder to open: labels that lie beside a file of images are found by its name. */
function placeOf(files: Readonly<Record<string, Blob>>): string {
  const paths = Object.keys(files);
  if (paths.length === 0)
    throw new UserError('There is no file. Drop pictures, a table or arrays.');
  const folders = new Set(paths.map((path) => path.split('/')[0]!));
  // A folder that was dropped gives the data its name, and its subfolders are the classes.
  if (folders.size === 1 && paths.every((path) => path.includes('/')))
    return `dropped/${[...folders][0]}`;
  const arrays = paths.filter(isArray);
  if (paths.length > 1 && arrays.length < paths.length) return 'dropped';
  if (paths.some((path) => /^train-images/.test(path))) return 'dropped';
  if (paths.length > 1 && paths.some(isOtherPart)) return 'dropped';
  if (paths.length === 1 && !arrays.length && pictureEndings.test(paths[0]!)) return 'dropped';
  // Images take more room than their labels.
  const [largest] = paths.sort((a, b) => files[b]!.size - files[a]!.size);
  return `dropped/${largest}`;
}

async function partOf(dataset: Dataset): Promise<DataPart> {
  const { size, shape, dtype, ids, origin } = dataset;
  const length = size * elementCount(shape);
  const values = dtype === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
  await dataset.read(
    Uint32Array.from({ length: size }, (_, i) => i),
    values,
  );
  const textsOf = (text: (index: number) => string) =>
    Array.from({ length: size }, (_, i) => text(i));
  return {
    values,
    ...(dataset.labels ? { labels: Int32Array.from(dataset.labels) } : {}),
    ...(ids?.length ? { ids: ids.map(({ name, text }) => ({ name, texts: textsOf(text) })) } : {}),
    ...(origin ? { origins: textsOf(origin) } : {}),
  };
}

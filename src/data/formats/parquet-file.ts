import { UserError } from '../../base/errors.js';
import { excerpt } from '../../base/excerpt.js';
import { within } from '../../base/paths.js';
import { isBytes } from '../../base/realm.js';
import type { ParquetFile } from '../codecs/parquet.js';
import type { ParquetColumn } from '../codecs/parquet-columns.js';
import type { Dataset } from '../dataset.js';
import { type Labels, labelsFromWords } from '../labels.js';
import type { ReadingNote } from '../notes.js';
import { namedColumns } from '../read-options.js';
import { gatherPictures } from '../rows/gather-pictures.js';
import type { FoundTables } from '../tables/find-tables.js';
import type { ParquetTable } from '../tables/parquet-table.js';
import type { DataFormat, FormatOptions, OpenedData, Place, Skipped } from './format.js';
import { dataName } from './idx-dataset.js';

const ending = /\.(parquet|parq)$/i;

/**
 * A Parquet file, or a folder of them (by their names in parts: train, validation, test; a repository
 * of Hugging Face too), in one of two layouts: columns of numbers, which are features, or a column of
 * pictures as Hugging Face writes it (a struct of bytes and path, or plain bytes) with one of labels.
 */
export const parquetFile: DataFormat = {
  reads: 'a Parquet file of numbers or pictures, or a folder of such',
  uses: [
    'rows',
    'columns',
    'label',
    'resize',
    'crop',
    'channels',
    'strict',
    'missing',
    'shape',
    'layout',
  ],
  async open(place, options) {
    const found = await filesOf(place);
    if (!found) return undefined;
    // The reader of Parquet is loaded only when there is some.
    const { openParquet } = await import('../codecs/parquet.js');
    const open = (paths: readonly string[]) => Promise.all(paths.map(openParquet));
    const name = dataName(place.path).replace(ending, '');
    const train = await open(found.parts.train);
    const picture = pictureColumn(train[0]!, options);
    const rest: { validation?: readonly ParquetFile[]; test?: readonly ParquetFile[] } = {};
    for (const part of ['validation', 'test'] as const) {
      if (found.parts[part].length > 0) rest[part] = await open(found.parts[part]);
    }
    const data =
      picture === undefined
        ? await openNumbers(name, { train, ...rest }, options)
        : await openPictures(name, { train, ...rest }, picture, options);
    return { ...data, notes: [...found.notes, ...(data.notes ?? [])] };
  },
};

type PartFiles = {
  readonly train: readonly ParquetFile[];
  readonly validation?: readonly ParquetFile[];
  readonly test?: readonly ParquetFile[];
};

async function filesOf(place: Place): Promise<FoundTables | undefined> {
  const { path, entries } = place;
  if (!entries) {
    if (!ending.test(path)) return undefined;
    return { parts: { train: [path], validation: [], test: [] }, notes: [] };
  }
  const { findTables } = await import('../tables/find-tables.js');
  const found = await findTables(place, ending);
  if (!found) return undefined;
  const { train, validation, test } = found.parts;
  const full = (paths: readonly string[]) => paths.map((each) => within(path, each));
  return {
    ...found,
    parts: { train: full(train), validation: full(validation), test: full(test) },
  };
}

async function openNumbers(
  name: string,
  { train, validation, test }: PartFiles,
  options: FormatOptions,
): Promise<OpenedData> {
  const { ParquetTable } = await import('../tables/parquet-table.js');
  const { openTables } = await import('../tables/open-table.js');
  const tableOf = (files: readonly ParquetFile[] | undefined) =>
    files && new ParquetTable(files, options);
  return openTables(
    name,
    { train: tableOf(train)!, validation: tableOf(validation), test: tableOf(test) },
    options,
  );
}

/** The column of pictures; undefined when the table is one of numbers. */
function pictureColumn(
  { columns, path }: ParquetFile,
  options: FormatOptions,
): ParquetColumn | undefined {
  const holds = ({ kind }: ParquetColumn) => kind === 'pictures' || kind === 'bytes';
  const names = namedColumns(options);
  if (names) {
    const found = columns.filter(({ name }) => names.includes(name)).find(holds);
    if (found === undefined || names.length === 1) return found;
    throw new UserError(
      `${path}: column ${excerpt(found.name)} holds pictures, of which one column is read. Name that one alone.`,
    );
  }
  const candidates = columns.filter(holds);
  return (
    candidates.find(({ kind }) => kind === 'pictures') ??
    candidates.find(({ name }) => /^(image|img|picture)/i.test(name))
  );
}

async function openPictures(
  name: string,
  { train, validation, test }: PartFiles,
  column: ParquetColumn,
  options: FormatOptions,
): Promise<OpenedData> {
  const { withClasses } = await import('../tables/open-table.js');
  const whole = !validation && !test;
  const part = await readPictures(whole ? name : `${name} train`, train, column, options);
  const { shape } = part.dataset;
  const skipped = [...part.skipped];
  const others: { validation?: Dataset; test?: Dataset } = {};
  for (const [title, files] of [
    ['validation', validation],
    ['test', test],
  ] as const) {
    if (!files) continue;
    // Other parts are brought to the channels of the training part, whatever their own are.
    const channels = shape[0] as 1 | 3;
    const read = await readPictures(`${name} ${title}`, files, column, { ...options, channels });
    if (read.dataset.shape.join() !== shape.join()) {
      throw new UserError(
        `${files[0]!.path}: examples for training have shape [${shape.join(', ')}], those for ${title} [${read.dataset.shape.join(', ')}]. Give resize (--resize) or files that belong together.`,
      );
    }
    others[title] = withClasses(read.dataset, part.dataset, name);
    skipped.push(...read.skipped);
  }
  return {
    name,
    train: part.dataset,
    ...others,
    ...(skipped.length > 0 ? { skipped } : {}),
    notes: part.notes,
  };
}

interface PicturePart {
  readonly dataset: Dataset;
  readonly skipped: readonly Skipped[];
  readonly notes: readonly ReadingNote[];
}

async function readPictures(
  name: string,
  files: readonly ParquetFile[],
  column: ParquetColumn,
  options: FormatOptions,
): Promise<PicturePart> {
  const { ParquetTable } = await import('../tables/parquet-table.js');
  const { pictureRoles } = await import('../tables/picture-roles.js');
  const table = new ParquetTable(files, { label: options.label });
  const { label, notes } = pictureRoles(files[0]!, column, options);
  const source = {
    name,
    count: files.reduce((sum, { size }) => sum + size, 0),
    key: [table.key, column.name],
    labels: label === undefined ? undefined : await labelsOf(table, label),
    async *pictures() {
      for (const file of files) {
        for (const [group, [start]] of file.groups.entries()) {
          const values = await file.objects(column.name, group);
          for (const [i, value] of values.entries()) {
            yield {
              name: `${file.path} row ${start + i + 1}`,
              bytes: async () => pictureBytes(value),
            };
          }
        }
      }
    },
  };
  const { dataset, skipped } = await gatherPictures(source, options);
  return { dataset, skipped, notes };
}

function pictureBytes(value: unknown): Uint8Array {
  const bytes = isBytes(value) ? value : (value as { bytes?: unknown } | null)?.bytes;
  if (isBytes(bytes)) return bytes;
  throw new UserError('there are no bytes in it');
}

/** Labels of all rows: whole numbers, with Hugging Face's class names, or words. */
async function labelsOf(table: ParquetTable, column: string): Promise<Labels> {
  const words: string[] = [];
  for await (const { texts, first } of table.texts(column)) {
    const gap = texts[0]!.indexOf('');
    if (gap >= 0) {
      throw new UserError(
        `${table.path}: row ${first + gap} of column ${excerpt(column)} has no label. Give every row one, or name another column (--label).`,
      );
    }
    words.push(...texts[0]!);
  }
  const labels = labelsFromWords(words, `${table.path}: column ${excerpt(column)}`);
  const classNames = labels.classNames ?? table.classNames.get(column);
  return { ...labels, ...(classNames ? { classNames } : {}) };
}

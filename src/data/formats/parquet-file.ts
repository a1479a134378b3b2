import { stat } from 'node:fs/promises';
import { UserError } from '../../base/errors.js';
import { excerpt } from '../../base/excerpt.js';
import { attempt } from '../../base/file-errors.js';
import { within } from '../../base/paths.js';
import { isBytes } from '../../base/realm.js';
import type { ColumnKind, ParquetFile } from '../codecs/parquet.node.js';
import type { Dataset } from '../dataset.js';
import { refuseBomb } from '../files/inflation.js';
import { type Labels, labelsFromWords, sharedClasses } from '../labels.js';
import { gather } from '../rows/gather.node.js';
import { gatherPictures } from '../rows/gather-pictures.js';
import { chooseColumns, columnPlace, fits, misfit, tableLayout } from '../rows/table-columns.js';
import type { DataFormat, FormatOptions, OpenedData, Skipped } from './format.js';
import { dataName } from './idx-dataset.js';

const ending = /\.parquet$/i;
const labelNames = ['label', 'labels', 'class'];

/**
 * A Parquet file, or a folder of them (those named test... or val... are kept from training), in one
 * of two layouts: numeric columns, which are features, or a column of pictures as Hugging Face
 * writes it (a struct of bytes and path, or plain bytes) with a column of labels.
 */
export const parquetFile: DataFormat = {
  reads: 'a Parquet file of numbers or pictures, or a folder of such',
  uses: ['columns', 'label', 'resize', 'crop', 'channels', 'strict'],
  async open({ path, entries }, options) {
    const names = entries ? entries.filter((entry) => ending.test(entry)) : [path];
    if (names.length === 0 || !ending.test(names[0]!)) return undefined;
    // The reader of Parquet is loaded only when there is some.
    const { openParquet } = await import('../codecs/parquet.node.js');
    const open = (wanted: readonly string[]) =>
      Promise.all(wanted.map((name) => openParquet(entries ? within(path, name) : name)));
    const name = dataName(path).replace(ending, '');
    const isTest = (entry: string) => entries !== undefined && /^(test|val)/i.test(entry);
    const trainNames = names.filter((entry) => !isTest(entry));
    if (trainNames.length === 0) {
      return opened(name, await readPart(name, await open(names), options));
    }
    const testNames = names.filter((entry) => /^test/i.test(entry));
    const others = testNames.length > 0 ? testNames : names.filter(isTest);
    if (others.length === 0) {
      return opened(name, await readPart(name, await open(trainNames), options));
    }
    const train = await readPart(`${name} train`, await open(trainNames), options);
    const { shape } = train.dataset;
    // The test part is brought to the channels of the training part, whatever its own are.
    const channels = train.pictures ? { channels: shape[0] as 1 | 3 } : {};
    const test = await readPart(`${name} test`, await open(others), { ...options, ...channels });
    if (test.dataset.shape.join() !== shape.join()) {
      throw new UserError(
        `${path}: examples for training have shape [${shape.join(', ')}], those for test [${test.dataset.shape.join(', ')}]. Give resize (--resize) or files that belong together.`,
      );
    }
    return opened(name, train, test);
  },
};

interface Part {
  readonly dataset: Dataset;
  readonly skipped: readonly Skipped[];
  readonly pictures: boolean;
}

function opened(name: string, train: Part, test?: Part): OpenedData {
  const skipped = [...train.skipped, ...(test?.skipped ?? [])];
  const { labels, classNames } = train.dataset;
  const shared =
    test?.dataset.labels && labels
      ? sharedClasses(
          { labels, ...(classNames ? { classNames } : {}) },
          {
            labels: test.dataset.labels,
            ...(test.dataset.classNames ? { classNames: test.dataset.classNames } : {}),
          },
          name,
        )
      : {};
  return {
    name,
    train: train.dataset,
    ...(test ? { test: { ...test.dataset, ...shared } } : {}),
    ...(skipped.length > 0 ? { skipped } : {}),
  };
}

async function readPart(
  name: string,
  files: readonly ParquetFile[],
  options: FormatOptions,
): Promise<Part> {
  const [first] = files as [ParquetFile];
  const other = files.find((file) => file.names.join('\n') !== first.names.join('\n'));
  if (other) {
    throw new UserError(
      `${other.path}: its columns are not those of ${first.path}. Give one kind.`,
    );
  }
  if (files.every(({ size }) => size === 0)) {
    throw new UserError(`${first.path}: there is no row in it. Give a file with examples.`);
  }
  const pictures = pictureColumn(first, options);
  return pictures === undefined
    ? readNumbers(name, files, options)
    : readPictures(name, files, pictures, options);
}

/** The column of pictures; undefined when the table is one of numbers. */
function pictureColumn({ names, kinds, path }: ParquetFile, { columns }: FormatOptions) {
  const holds = (place: number, ...wanted: ColumnKind[]) => wanted.includes(kinds[place]!);
  if (columns) {
    const places = columns.map((name) => columnPlace(names, name, path));
    const found = places.find((place) => holds(place, 'pictures', 'bytes'));
    if (found === undefined) return undefined;
    if (places.length === 1) return found;
    throw new UserError(
      `${path}: column ${excerpt(names[found]!)} holds pictures, of which one column is read. Name that one alone.`,
    );
  }
  const candidates = names.flatMap((_, place) =>
    holds(place, 'pictures', 'bytes') ? [place] : [],
  );
  return (
    candidates.find((place) => kinds[place] === 'pictures') ??
    candidates.find((place) => /^(image|img|picture)/i.test(names[place]!))
  );
}

async function keyOf(files: readonly ParquetFile[]) {
  const key: (readonly [path: string, bytes: number, modified: number])[] = [];
  for (const { path } of files) {
    const { size, mtimeMs } = await attempt('read', path, () => stat(path));
    key.push([path, size, mtimeMs]);
  }
  return key;
}

async function readPictures(
  name: string,
  files: readonly ParquetFile[],
  place: number,
  options: FormatOptions,
): Promise<Part> {
  const [{ names, path }] = files as [ParquetFile];
  const column = names[place]!;
  const label =
    options.label ??
    names.find((each) => labelNames.includes(each.toLowerCase()) && each !== column);
  if (label !== undefined) columnPlace(names, label, path);
  const source = {
    name,
    count: files.reduce((sum, { size }) => sum + size, 0),
    key: [await keyOf(files), column],
    labels: label === undefined ? undefined : await readLabels(files, label),
    async *pictures() {
      for (const file of files) {
        for (const [group, [start]] of file.groups.entries()) {
          const values = await file.objects(column, group);
          for (const [i, value] of values.entries()) {
            yield {
              name: `${file.path} row ${start + i}`,
              bytes: async () => pictureBytes(value),
            };
          }
        }
      }
    },
  };
  return { ...(await gatherPictures(source, options)), pictures: true };
}

function pictureBytes(value: unknown): Uint8Array {
  const bytes = isBytes(value) ? value : (value as { bytes?: unknown } | null)?.bytes;
  if (isBytes(bytes)) return bytes;
  throw new UserError('there are no bytes in it');
}

/** Labels of all rows: whole numbers, with Hugging Face's class names, or words. */
async function readLabels(files: readonly ParquetFile[], column: string): Promise<Labels> {
  const [{ names, kinds, notes, path }] = files as [ParquetFile];
  const kind = kinds[names.indexOf(column)];
  if (kind !== 'number' && kind !== 'words') {
    throw new UserError(
      `${path}: column ${excerpt(column)} holds no labels. Name another (--label).`,
    );
  }
  const words: string[] = [];
  for (const file of files) {
    for (const [group, [start]] of file.groups.entries()) {
      const values = (await file.columns([column], group)).get(column)!;
      for (let i = 0; i < values.length; i++) {
        const value: unknown = values[i];
        const word = typeof value === 'boolean' ? String(Number(value)) : String(value ?? '');
        if (word === '' || (kind === 'number' && !/^-?\d{1,9}$/.test(word))) {
          throw new UserError(
            `${file.path}: row ${start + i} of column ${excerpt(column)} is ${excerpt(word)}, which is no label. Give a whole number or a word.`,
          );
        }
        words.push(word);
      }
    }
  }
  const labels = labelsFromWords(words, `${path}: column ${excerpt(column)}`);
  const classNames = labels.classNames ?? classNamesOf(notes.get('huggingface'), column);
  return { ...labels, ...(classNames ? { classNames } : {}) };
}

/** The names that Hugging Face's `datasets` notes of a column's classes. */
function classNamesOf(note: string | undefined, column: string): readonly string[] | undefined {
  if (note === undefined) return undefined;
  try {
    const names: unknown = JSON.parse(note)?.info?.features?.[column]?.names;
    const all = Array.isArray(names) && names.every((name) => typeof name === 'string');
    return all ? (names as string[]) : undefined;
  } catch {
    return undefined;
  }
}

async function readNumbers(
  name: string,
  files: readonly ParquetFile[],
  options: FormatOptions,
): Promise<Part> {
  const [{ names, kinds, path }] = files as [ParquetFile];
  const isNumber = (place: number) => kinds[place] === 'number';
  const chosen = chooseColumns(names, isNumber, options, path);
  const features = chosen.features.map((place) => names[place]!);
  const { shape, dtype } = tableLayout(features);
  const most = files.reduce((sum, { size }) => sum + size, 0);
  const { columns, label } = options;
  const sizes = await keyOf(files);
  // Columns of one value take hardly a byte, so that small files may hold many rows.
  const fileBytes = sizes.reduce((sum, [, bytes]) => sum + bytes, 2 ** 19);
  refuseBomb(most * features.length * (dtype === 'uint8' ? 1 : 4), fileBytes, path);
  const key = { parquet: 1, files: sizes, columns, label };
  const gathered = await gather(
    name,
    key,
    async (begin) => {
      const add = begin({ shape, dtype, most });
      for (const file of files) {
        for (const [group, [start]] of file.groups.entries()) {
          let rows: Uint8Array | Float32Array | undefined;
          for (const [place, feature] of features.entries()) {
            const values = (await file.columns([feature], group)).get(feature)!;
            const count = values.length * features.length;
            rows ??= dtype === 'uint8' ? new Uint8Array(count) : new Float32Array(count);
            for (let i = 0; i < values.length; i++) {
              const value =
                values[i] === null || values[i] === undefined ? Number.NaN : Number(values[i]);
              if (!fits(value, dtype)) {
                throw new UserError(
                  `${file.path}: row ${start + i} of column ${excerpt(feature)}: ${values[i] == null ? 'there is no value' : misfit(value, dtype)}. Mend the row, or name other columns (--columns).`,
                );
              }
              rows[i * features.length + place] = value;
            }
          }
          if (rows) await add(rows);
        }
      }
      return chosen.label === undefined ? {} : readLabels(files, names[chosen.label]!);
    },
    options,
  );
  return { ...gathered, pictures: false };
}

import { fileBytes } from '#array-file';
import { readFile } from '#files';
import { UserError } from '../../base/errors.js';
import { within } from '../../base/paths.js';
import type { NumberSource } from '../arrays/array-source.js';
import { memoryArray } from '../arrays/memory-array.js';
import { readArrays } from '../arrays/read.js';
import { type Labels, labelsAt } from '../labels.js';
import type { ReadingNote } from '../notes.js';
import type { DataFormat, FormatOptions, OpenedData } from './format.js';
import { dataName } from './idx-dataset.js';

/** A published data set in files of bare bytes: its images, and where their labels are. */
interface BinarySet {
  readonly title: string;
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** Shape of one image. */
  readonly shape: readonly number[];
  /** Bytes of labels before each image, of which the last is the class; 0 where labels have files of their own. */
  readonly labelBytes: number;
  readonly labelFiles?: { readonly train: string; readonly test: string };
  /** The number of the first class. */
  readonly firstClass: number;
  /** The file that names the classes, one a line. */
  readonly names: string;
  readonly transposed?: boolean;
}

/** https://www.cs.toronto.edu/~kriz/cifar.html and https://cs.stanford.edu/~acoates/stl10/ */
const sets: readonly BinarySet[] = [
  {
    title: 'CIFAR-10',
    train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
    test: ['test_batch.bin'],
    shape: [3, 32, 32],
    labelBytes: 1,
    firstClass: 0,
    names: 'batches.meta.txt',
  },
  {
    title: 'CIFAR-100',
    train: ['train.bin'],
    test: ['test.bin'],
    shape: [3, 32, 32],
    labelBytes: 2,
    firstClass: 0,
    names: 'fine_label_names.txt',
  },
  {
    title: 'STL-10',
    train: ['train_X.bin'],
    test: ['test_X.bin'],
    shape: [3, 96, 96],
    labelBytes: 0,
    labelFiles: { train: 'train_y.bin', test: 'test_y.bin' },
    firstClass: 1,
    names: 'class_names.txt',
    transposed: true,
  },
];

/** A folder of a published data set in files of bare bytes: CIFAR-10, CIFAR-100, STL-10. */
export const binaryFolder: DataFormat = {
  reads: 'a folder of CIFAR-10, CIFAR-100 or STL-10 in their binary form',
  uses: [],
  async open({ path, entries }, options) {
    const set = entries && sets.find(({ train, names }) => isThere([train[0]!, names], entries));
    return set && openSet(set, path, entries, options);
  },
};

const isThere = (names: readonly string[], entries: readonly string[]) =>
  names.every((name) => entries.includes(name));

/** A part as its files give it. */
interface PartFound {
  readonly name: string;
  readonly source: NumberSource;
  readonly classes: Uint8Array | undefined;
  readonly files: readonly string[];
}

async function openSet(
  set: BinarySet,
  path: string,
  entries: readonly string[],
  options: FormatOptions,
): Promise<OpenedData> {
  const name = dataName(path);
  const classNames = linesOf(await readFile(within(path, set.names)));
  const parts: PartFound[] = [];
  for (const part of ['train', 'test'] as const) {
    const files = set[part].filter((file) => entries.includes(file));
    if (files.length === 0) continue;
    const { source, labels } = await readPart(set, path, files);
    const own = set.labelFiles?.[part];
    const classes = own && entries.includes(own) ? await readFile(within(path, own)) : labels;
    parts.push({ name: `${name} ${part}`, source, classes, files });
  }
  const { transposed = false } = set;
  const { parts: read, notes } = await readArrays(
    parts.map(({ name, source }) => ({ name, source, transposed })),
    { ...options, layout: 'channels-first', shape: undefined },
  );
  const [train, test] = read.map(({ dataset, size, kept }, i) => {
    const { classes } = parts[i]!;
    if (!classes) return dataset;
    const labels = classesOf(set, classes, classNames, size, path);
    return { ...dataset, ...(kept ? labelsAt(labels, kept) : labels) };
  });
  const files = parts.flatMap((part) => part.files);
  const about: ReadingNote = { about: 'format', text: `${set.title}: ${files.join(', ')}` };
  return { name, train: train!, ...(test ? { test } : {}), notes: [about, ...notes] };
}

/** The images of some files, and the labels that stand before them. */
async function readPart(
  { shape, labelBytes }: BinarySet,
  folder: string,
  files: readonly string[],
) {
  const width = shape.reduce((product, length) => product * length, 1);
  const record = labelBytes + width;
  const contents: Uint8Array[] = [];
  const keys: unknown[] = [];
  let count = 0;
  for (const file of files) {
    const path = within(folder, file);
    const content = await readFile(path);
    if (content.length === 0 || content.length % record !== 0) {
      throw new UserError(
        `${path}: ${content.length} bytes are no whole number of images of ${record} bytes. The file is damaged: get it again.`,
      );
    }
    contents.push(content);
    keys.push((await fileBytes(path)).key);
    count += content.length / record;
  }
  const bytes = new Uint8Array(count * width);
  const labels = labelBytes > 0 ? new Uint8Array(count) : undefined;
  let at = 0;
  for (const content of contents) {
    for (let start = 0; start < content.length; start += record, at++) {
      bytes.set(content.subarray(start + labelBytes, start + record), at * width);
      if (labels) labels[at] = content[start + labelBytes - 1]!;
    }
  }
  const path = within(folder, files[0]!);
  const source: NumberSource = memoryArray({
    path,
    type: 'uint8',
    shape: [count, ...shape],
    bytes,
    key: keys,
  });
  return { source, labels };
}

function classesOf(
  { firstClass, title }: BinarySet,
  bytes: Uint8Array,
  classNames: readonly string[],
  size: number,
  path: string,
): Labels {
  const labels = Int32Array.from(bytes, (label) => label - firstClass);
  if (labels.length !== size) {
    throw new UserError(
      `${path}: ${labels.length} labels for ${size} images of ${title}. Get the files again.`,
    );
  }
  const bad = labels.findIndex((label) => label < 0 || label >= classNames.length);
  if (bad < 0) return { labels, classNames };
  throw new UserError(
    `${path}: label ${bad} is ${bytes[bad]}, but ${title} has ${classNames.length} classes. The file is damaged: get it again.`,
  );
}

function linesOf(bytes: Uint8Array): string[] {
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

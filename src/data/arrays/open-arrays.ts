import { exists } from '#files';
import { UserError } from '../../base/errors.js';
import { formatShape, listed } from '../../base/excerpt.js';
import { isWords, wordsOf } from '../codecs/numbers.js';
import type { Dataset } from '../dataset.js';
import type { FormatOptions, OpenedData } from '../formats/format.js';
import { type Labels, labelsAt, sharedClasses, withLabels } from '../labels.js';
import type { ReadingNote } from '../notes.js';
import { namedColumns } from '../read-options.js';
import { readLabelFile } from '../rows/label-file.js';
import { type ArraySource, numbersIn, wholeArray } from './array-source.js';
import {
  type ArrayEntry,
  arrayOf,
  chooseArrays,
  type NamedArray,
  named,
  preferred,
} from './choose.js';
import { factorsBeside } from './factor-arrays.js';
import { labelsOfArray } from './label-array.js';
import type { PartName } from './names.js';
import { type PartRead, readArrays } from './read.js';

/** Arrays that lie together, and how they are called. */
export interface ArrayPlace {
  /** A short name of the data. */
  readonly name: string;
  /** The file or folder in messages. */
  readonly path: string;
  readonly entries: readonly ArrayEntry[];
  /** Arrays beside the file that was given, which may hold its labels alone. */
  readonly beside?: readonly ArrayEntry[];
}

/** A part as it is chosen. */
interface Part {
  readonly part: Exclude<PartName, ''>;
  readonly array: NamedArray;
  readonly source: ArraySource;
}

/**
 * The data that arrays of one archive or folder hold: examples by part, with their labels.
 * @throws UserError when it is not clear which arrays these are, or when they cannot be read
 */
export async function openArrays(place: ArrayPlace, options: FormatOptions): Promise<OpenedData> {
  const { name, path } = place;
  const entries = named(place.entries);
  const [label] = labelKey(options.label, entries);
  const chosen =
    place.beside && entries.length === 1
      ? { train: entries[0]!, notes: [] }
      : await chooseArrays(entries, path, namedColumns(options)?.[0], label);
  const parts: Part[] = [];
  for (const part of ['train', 'validation', 'test'] as const) {
    const array = chosen[part];
    if (array) parts.push({ part, array, source: await array.open() });
  }
  const { parts: read, notes } = await readArrays(
    parts.map(({ part, array, source }) => ({
      name: parts.length > 1 ? `${name} ${part}` : name,
      source: numbersIn(source),
      transposed: array.transposed ?? false,
    })),
    options,
  );
  const [only] = parts.length === 1 ? parts : [];
  const [{ size, kept }] = read as [PartRead];
  const known = only && (await factorsBeside(only.array, entries, size, kept));
  // An array that tells factors is taken as labels only where that is asked for.
  const isLeft = ({ key }: NamedArray) =>
    key === label || !known?.used.some((array) => array.key === key);
  const reader = new LabelReader(
    path,
    [...entries.filter(isLeft), ...named(place.beside ?? [])],
    options,
    place.beside !== undefined,
  );
  const datasets: Partial<Record<Part['part'], Dataset>> = {};
  for (const [i, part] of parts.entries()) {
    datasets[part.part] = await reader.label(read[i]!, part, datasets.train);
  }
  const { train, validation, test } = datasets;
  return {
    name,
    train: known ? { ...train!, factors: known.factors } : train!,
    ...(validation ? { validation } : {}),
    ...(test ? { test } : {}),
    notes: [
      ...parts.map(formatNote),
      ...chosen.notes,
      ...notes,
      ...(known?.notes ?? []),
      ...reader.notes,
      ...leftOut(entries, [
        ...parts.map(({ array }) => array),
        ...reader.used,
        ...(known?.used ?? []),
      ]),
    ],
  };
}

function formatNote({ part, array, source }: Part): ReadingNote {
  const text = `${part === 'train' ? 'examples' : `the ${part} part`}: ${array.key}, ${formatShape(source.shape)} of ${source.type}`;
  return { about: 'format', text };
}

function leftOut(entries: readonly NamedArray[], used: readonly NamedArray[]): ReadingNote[] {
  const keys = new Set(used.map(({ key }) => key));
  const others = entries.filter(({ key, role }) => !keys.has(key) && role.kind !== 'names');
  if (others.length === 0) return [];
  const shown = listed(
    others.map(({ key }) => key.replace(/\p{Cc}/gu, '\uFFFD').slice(0, 40)),
    6,
  );
  return [
    {
      about: 'left out',
      text: `${others.length === 1 ? 'array' : 'arrays'} ${shown}; label (--label) takes one as labels, columns (--columns) as examples`,
    },
  ];
}

/** The array that a label option names, and its column: `latents_classes:1`. */
function labelKey(
  label: string | undefined,
  entries: readonly NamedArray[],
): [string | undefined, number | undefined] {
  if (label === undefined || entries.some(({ key }) => key === label)) return [label, undefined];
  const [, key, column] = /^(.+):(\d{1,6})$/.exec(label) ?? [];
  if (key === undefined || !entries.some((entry) => entry.key === key)) return [label, undefined];
  return [key, Number(column)];
}

/** Finds and reads the labels of parts. */
class LabelReader {
  readonly notes: ReadingNote[] = [];
  readonly used: NamedArray[] = [];

  constructor(
    private readonly path: string,
    private readonly entries: readonly NamedArray[],
    private readonly options: FormatOptions,
    /** Tells whether the labels are looked for beside a file. */
    private readonly isFile: boolean,
  ) {}

  /** A part's dataset with its labels, numbered as in the training part. */
  async label(
    read: PartRead,
    { part, array, source: { path: where } }: Part,
    train: Dataset | undefined,
  ): Promise<Dataset> {
    const { size, kept, dataset } = read;
    const found = await this.#labelsFor(read, part, array, where);
    if (!found) return dataset;
    const given = { ...dataset, size, name: where };
    const checked = withLabels(given, found.labels, found.where).labels!;
    const own = { ...found.labels, labels: checked };
    const left = kept ? labelsAt(own, kept) : own;
    const labels = train?.labels ? sharedClasses(train as Labels, left, this.path) : left;
    return { ...dataset, ...labels };
  }

  async #labelsFor(read: PartRead, part: Part['part'], array: NamedArray, where: string) {
    const { label } = this.options;
    const [key, column] = labelKey(label, this.entries);
    const isArray = key !== undefined && this.entries.some((entry) => entry.key === key);
    if (label !== undefined && !isArray && (this.isFile || (await exists(label)))) {
      if (part !== 'train') return undefined;
      return { labels: await readLabelFile(label), where: label };
    }
    const asked = key === undefined ? undefined : arrayOf(key, this.entries, this.path);
    const entry = asked ? this.#counterpart(asked, part) : this.#labelsBy(array);
    if (!entry) return undefined;
    this.used.push(entry);
    const source = await entry.open().catch((error: unknown) => {
      if (!(error instanceof UserError) || asked) throw error;
      this.#leaveOut(error.message);
    });
    if (!source) return undefined;
    checkCount(read.size, source, where);
    const { labels, reason = '', notes } = await labelsOfArray(source, { column });
    this.notes.push(...notes);
    if (labels) return { labels: await this.#withNames(labels, array), where: source.path };
    const columns = source.shape.length === 2 ? `; label (--label ${entry.key}:0) takes one` : '';
    if (asked)
      throw new UserError(`${reason}${columns}. Give labels as [N], whole numbers or words.`);
    this.#leaveOut(`${reason}${columns}`);
    return undefined;
  }

  #leaveOut(reason: string): void {
    const text = `labels left out: ${reason.replace(/\.$/, '')}`;
    this.notes.push({ about: 'labels', text, doubtful: true });
  }

  /** The labels of a part, by their names. */
  #labelsBy({ role: { set, part, kind } }: NamedArray): NamedArray | undefined {
    const find = (of: string) =>
      preferred(this.entries, 'labels', of, part) ??
      (part === 'train' ? preferred(this.entries, 'labels', of, '') : undefined);
    return find(set) ?? (set !== '' && kind === '' && !this.isFile ? find('') : undefined);
  }

  /** The labels that the user named for the training part, or their like of another part. */
  #counterpart(asked: NamedArray, part: Part['part']): NamedArray | undefined {
    if (part === 'train') return asked;
    return preferred(this.entries, 'labels', asked.role.set, part);
  }

  /** Labels with the names of their classes, where an array holds such. */
  async #withNames(labels: Labels, { role }: NamedArray): Promise<Labels> {
    const entry = this.entries.find(
      (each) => each.role.kind === 'names' && (each.role.set === role.set || each.role.set === ''),
    );
    if (!entry || labels.classNames) return labels;
    const source = await entry.open().catch(() => undefined);
    if (!source || !isWords(source.type) || source.shape.length !== 1) return labels;
    const names = wordsOf(source.type, await wholeArray(source), source.itemBytes);
    const numbers = Array.from(labels.labels);
    if (numbers.some((label) => label < 0 || label >= names.length)) return labels;
    this.used.push(entry);
    return { ...labels, classNames: names };
  }
}

/** @throws UserError when there is not one label for each example */
function checkCount(size: number, { path, shape, type }: ArraySource, where: string): void {
  const [count = 0] = shape;
  if (count === size || shape.length === 0) return;
  throw new UserError(
    `${where} holds ${size} examples, but ${path} holds ${count} labels${shape.length > 1 ? ` (${formatShape(shape)} of ${type})` : ''}. Give files that belong together.`,
  );
}

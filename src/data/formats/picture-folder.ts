import { readFile } from '#files';
import { UserError } from '../../base/errors.js';
import { listedNames } from '../../base/excerpt.js';
import { baseName } from '../../base/paths.js';
import { naturally } from '../files/natural-order.js';
import { type Labels, labelsFromWords } from '../labels.js';
import type { ReadingNote } from '../notes.js';
import { type FolderLayout, folderLayout, type PicturePart } from '../pictures/folder-layout.js';
import {
  type Listing,
  listPictures,
  othersNote,
  type PictureFile,
  repeatedNote,
} from '../pictures/list-pictures.js';
import { pictureEndings } from '../pictures/picture.js';
import { lineLabels, metadataFiles, tabledLabels } from '../pictures/picture-labels.js';
import { gatherPictureParts } from '../rows/gather-pictures.js';
import { eachOnce, type PictureSource } from '../rows/picture-source.js';
import type { DataFormat, FormatOptions, OpenedData } from './format.js';
import { dataName } from './idx-dataset.js';

/** Most bytes of a picture's file, compressed or not. */
const mostPictureBytes = 2 ** 28;

/**
 * A folder of pictures, with all in its subfolders; or a picture alone. Folders with names of parts
 * (train, val, test …) are the parts, folders within them the classes. A table of the pictures' names
 * gives labels instead.
 */
export const pictureFolder: DataFormat = {
  reads: 'a folder of pictures',
  uses: ['resize', 'crop', 'channels', 'background', 'strict', 'label'],
  async open({ path, entries }, options) {
    const listing = entries ? await listPictures(path) : alone(path);
    const { pictures, others, repeated } = listing;
    if (pictures.length === 0) return undefined;
    const name = dataName(path);
    const layout = folderLayout(pictures, path);
    const labelled = await labelledParts(layout, listing, name, options);
    const notes = [
      formatNote(pictures),
      ...layout.notes,
      ...labelled.notes,
      orderNote(labelled.parts.flatMap(({ files }) => files)),
      ...repeatedNote(repeated),
      ...othersNote(others.filter(({ path }) => !labelled.used.has(path))),
    ];
    return openedParts(name, labelled.parts, notes, options);
  },
};

function alone(path: string): Listing {
  const file = { path, parts: [baseName(path).normalize('NFC')], size: 0, modified: 0 };
  return { pictures: pictureEndings.test(path) ? [file] : [], others: [], repeated: [] };
}

/** A part of the pictures with their labels. */
interface LabelledPart extends PicturePart {
  readonly labels?: Labels;
}

interface LabelledParts {
  readonly parts: readonly LabelledPart[];
  readonly notes: readonly ReadingNote[];
  /** The files that the labels came from. */
  readonly used: ReadonlySet<string>;
}

/** Labels by a table of names, by a file of one label a line, or else by folders. */
async function labelledParts(
  { parts, classNotes }: FolderLayout,
  { pictures, others }: Listing,
  name: string,
  { label }: FormatOptions,
): Promise<LabelledParts> {
  const used = new Set(metadataFiles(others).map(({ path }) => path));
  if (label !== undefined) used.add(label);
  const [first] = parts as [PicturePart];
  // Every picture may have a label of its own where there are no parts, also one beside folders.
  const whole = parts.length > 1 ? parts : [{ ...first, all: pictures }];
  const files = whole.flatMap((part) => part.all);
  const tabled = await tabledLabels(files, others, label);
  if (tabled === 'byLine') {
    if (parts.length > 1) {
      throw new UserError(
        `${name}: a label a line does not tell ${listedNames(parts.flatMap((part) => part.folders))} apart. Give the pictures' names beside the labels, or open one of the folders.`,
      );
    }
    const { labels, note } = await lineLabels(label!, pictures, name);
    return { parts: [{ ...first, files: pictures, labels }], notes: [note], used };
  }
  if (!tabled || tabled.words.length === 0) {
    const { notes, ...classes } = byFolder(parts, name);
    return { ...classes, notes: [...classNotes, ...notes, ...(tabled?.notes ?? [])], used };
  }
  const words = new Map(files.map((file, i) => [file, tabled.words[i]]));
  const left: PictureFile[] = [];
  const kept = whole.map(({ classes: _, ...part }) => {
    const has = part.all.filter((file) => words.get(file) !== undefined);
    // A part without any label is kept, such as a test part that nobody labelled.
    if (has.length === 0) return part;
    left.push(...part.all.filter((file) => words.get(file) === undefined));
    return { ...part, files: has, classes: has.map((file) => words.get(file)!) };
  });
  return {
    parts: withLabels(kept, name).parts,
    notes: [...tabled.notes, ...unlabelledNote(left)],
    used,
  };
}

function unlabelledNote(files: readonly PictureFile[]): ReadingNote[] {
  if (files.length === 0) return [];
  const some = files.length === 1 ? 'a picture' : `${files.length} pictures`;
  const text = `${some} left out, for want of a label: ${listedNames(files.map(({ parts }) => parts.join('/')))}`;
  return [{ about: 'left out', text, doubtful: true }];
}

/** Parts with their words numbered alike. */
function withLabels(parts: readonly PicturePart[], name: string) {
  const words = parts.flatMap(({ classes = [] }) => classes);
  if (words.length === 0) return { parts, names: [] };
  const { labels, ...rest } = labelsFromWords(words, name);
  let start = 0;
  const labelled = parts.map((part) => {
    if (!part.classes) return part;
    const own = Array.from(part.classes, () => labels[start++]!);
    return { ...part, labels: { ...rest, labels: own } };
  });
  return { parts: labelled, names: [...new Set(words)].sort(naturally) };
}

function byFolder(parts: readonly PicturePart[], name: string) {
  const { names, ...labelled } = withLabels(parts, name);
  const text =
    names.length === 1
      ? `the folder ${names[0]} is the only class`
      : `the folders are the ${names.length} classes: ${listedNames(names)}`;
  return { ...labelled, notes: names.length > 0 ? [{ about: 'labels' as const, text }] : [] };
}

function formatNote(pictures: readonly PictureFile[]): ReadingNote {
  const counts = new Map<string, number>();
  for (const { parts } of pictures) {
    const ending = /\.([^.]+)$/.exec(parts.at(-1)!)![1]!.toLowerCase();
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  const each = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([ending, count]) => `${count} .${ending}`);
  const some = pictures.length === 1 ? 'a picture' : `${pictures.length} pictures`;
  return { about: 'format', text: `${some}: ${each.join(', ')}` };
}

function orderNote(pictures: readonly PictureFile[]): ReadingNote {
  const [first, last] = [pictures[0]!, pictures.at(-1)!].map(({ parts }) => parts.join('/'));
  return {
    about: 'order',
    text: `natural order of paths, 2 before 10: ${first} is first, ${last} last`,
  };
}

async function openedParts(
  name: string,
  parts: readonly LabelledPart[],
  notes: readonly ReadingNote[],
  options: FormatOptions,
): Promise<OpenedData> {
  const isWhole = parts.length === 1;
  const sources = parts.map((part) => sourceOf(isWhole ? name : `${name} ${part.role}`, part));
  const data = await gatherPictureParts(name, sources, options);
  const of = (role: PicturePart['role']) => data[parts.findIndex((part) => part.role === role)];
  const [train, validation, test] = [of('train')!, of('validation'), of('test')];
  const skipped = data.flatMap((part) => part.skipped);
  return {
    name,
    train: train.dataset,
    ...(validation ? { validation: validation.dataset } : {}),
    ...(test ? { test: test.dataset } : {}),
    ...(skipped.length > 0 ? { skipped } : {}),
    notes: eachOnce([...notes, ...data.flatMap((part) => part.notes)]),
  };
}

function sourceOf(name: string, { files, labels }: LabelledPart): PictureSource {
  const at = (index: number) => {
    const { path } = files[index]!;
    return { name: path, bytes: () => readFile(path, mostPictureBytes) };
  };
  return {
    name,
    count: files.length,
    key: files.map(({ path, size, modified }) => [path, size, modified]),
    labels,
    origins: files.map(({ parts }) => parts.join('/')),
    *pictures() {
      for (const index of files.keys()) yield at(index);
    },
    at,
  };
}

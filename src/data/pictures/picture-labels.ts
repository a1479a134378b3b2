import { exists, readFile } from '#files';
import { UserError } from '../../base/errors.js';
import { excerpt, listedNames } from '../../base/excerpt.js';
import { baseName } from '../../base/paths.js';
import type { WalkedFile } from '../files/walk.js';
import type { ReadingNote } from '../notes.js';
import { readLabelFile } from '../rows/label-file.js';
import {
  type LabelColumn,
  type LabelTable,
  labelColumn,
  onlyColumn,
  PictureNames,
  parseLabelTable,
  readMetadata,
  textOf,
} from './label-table.js';
import type { PictureFile } from './list-pictures.js';

/** The label of each picture; undefined where it has none. */
export interface PictureWords {
  readonly words: readonly (string | undefined)[];
  readonly notes: readonly ReadingNote[];
}

/** The files beside pictures that tell of them. */
export function metadataFiles(others: readonly WalkedFile[]): readonly WalkedFile[] {
  return others.filter(({ parts }) => /^metadata\.(csv|jsonl)$/i.test(parts.at(-1)!));
}

/**
 * The labels of pictures that a table of their names tells: the file that `label` names, or a
 * `metadata.csv` or `metadata.jsonl` beside them, of which `label` may name a column.
 * @returns undefined when there is no such table; `byLine` when the file has a label a line
 * @throws UserError when the file cannot be read, or does not fit the pictures
 */
export async function tabledLabels(
  files: readonly PictureFile[],
  others: readonly WalkedFile[],
  label: string | undefined,
): Promise<PictureWords | 'byLine' | undefined> {
  if (label !== undefined && (await exists(label))) return fromFile(label, files);
  const metadata = metadataFiles(others);
  if (metadata.length === 0) {
    if (label === undefined) return undefined;
    throw new UserError(
      `${label}: there is no such file of labels. Check the path, or name a column of a metadata.csv beside the pictures.`,
    );
  }
  const words: (string | undefined)[] = files.map(() => undefined);
  const notes: ReadingNote[] = [];
  for (const { path, parts } of metadata) {
    const table = await readMetadata(path);
    const column = labelColumn(table, label);
    const shown = parts.join('/');
    if (!column) {
      const given = table.columns.filter((_, place) => place !== table.fileColumn);
      notes.push({
        about: 'labels',
        text: `${shown} has no column of labels by a usual name: it has ${listedNames(given, 8)}; name one by label (--label)`,
        doubtful: true,
      });
      continue;
    }
    const places = metadataPlaces(files, parts.slice(0, -1));
    notes.push(...assign(words, table, column, (cell) => places.get(cellPath(cell)), shown));
  }
  return words.some((word) => word !== undefined) ? { words, notes } : { words: [], notes };
}

/** Places by the paths from the folder of a metadata file. */
function metadataPlaces(files: readonly PictureFile[], folder: readonly string[]) {
  return new Map(
    files.flatMap(({ parts }, place) =>
      folder.every((part, i) => parts[i] === part)
        ? [[parts.slice(folder.length).join('/'), place] as const]
        : [],
    ),
  );
}

function cellPath(cell: string): string {
  return cell
    .trim()
    .normalize('NFC')
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '');
}

async function fromFile(
  path: string,
  files: readonly PictureFile[],
): Promise<PictureWords | 'byLine'> {
  const bytes = await readFile(path);
  // Arrays and IDX files have no names in them.
  if (bytes[0] === 0x93 || bytes[0] === 0 || bytes[0] === 0x1f) return 'byLine';
  const names = new PictureNames(files);
  const table = parseLabelTable(textOf(bytes, path), path, names);
  if (!table) return 'byLine';
  const column = onlyColumn(table) ?? labelColumn(table, undefined) ?? spaced(table);
  if (!column) {
    const given = table.columns.filter((_, place) => place !== table.fileColumn);
    throw new UserError(
      `${path}: it is not clear which column holds the labels: ${listedNames(given, 8)}. Name it label, or keep it alone beside the names.`,
    );
  }
  const words: (string | undefined)[] = files.map(() => undefined);
  for (const [i, row] of table.rows.entries()) {
    const cell = row[table.fileColumn] ?? '';
    if (names.has(cell) && names.find(cell) === undefined) {
      throw new UserError(
        `${path}: row ${i + 1} names ${excerpt(cell)}, but several pictures are called so. Give their folders too.`,
      );
    }
  }
  const notes = assign(words, table, column, (cell) => names.find(cell), baseName(path));
  return { words, notes };
}

/** The cell after the name where columns have no names, as in `Abyssinian_100 1 1 1`. */
function spaced({ columns, rows, fileColumn }: LabelTable): LabelColumn | undefined {
  const isNameless = columns.every((name, i) => name === String(i + 1));
  if (!isNameless || fileColumn !== 0) return undefined;
  return { name: '2', words: rows.map((row) => (row[1] ?? '').trim()) };
}

/** Gives pictures the labels of a table's rows, and tells of rows without a picture. */
function assign(
  words: (string | undefined)[],
  table: LabelTable,
  column: LabelColumn,
  find: (cell: string) => number | undefined,
  shown: string,
): ReadingNote[] {
  const missing: string[] = [];
  let count = 0;
  for (const [i, row] of table.rows.entries()) {
    const cell = row[table.fileColumn] ?? '';
    const place = find(cell);
    const word = column.words[i]!;
    if (place === undefined) missing.push(cell);
    else if (word !== '') {
      if (words[place] !== undefined && words[place] !== word) {
        throw new UserError(
          `${table.path}: ${excerpt(cell)} has two labels, ${excerpt(words[place])} and ${excerpt(word)}. Give each picture one.`,
        );
      }
      words[place] = word;
      count++;
    }
  }
  const notes: ReadingNote[] = [
    {
      about: 'labels',
      text: `labels from column ${column.name} of ${shown}, by the names of ${count} pictures in column ${table.columns[table.fileColumn]}`,
    },
  ];
  if (missing.length > 0) {
    const rows = missing.length === 1 ? 'a row' : `${missing.length} rows`;
    notes.push({
      about: 'left out',
      text: `${rows} of ${shown} left out, of pictures that are not there: ${listedNames(missing)}`,
      doubtful: true,
    });
  }
  return notes;
}

/**
 * The labels of pictures by place, from a file that has no names in it.
 * @throws UserError when it has another count than there are pictures
 */
export async function lineLabels(path: string, files: readonly PictureFile[], name: string) {
  const labels = await readLabelFile(path);
  if (labels.labels.length !== files.length) {
    throw new UserError(
      `${path}: ${labels.labels.length} labels, but ${name} holds ${files.length} pictures. Give one label a picture, in the natural order of their paths, or their names beside the labels.`,
    );
  }
  const shown = files.map(({ parts }) => parts.join('/'));
  const plain = [...shown].sort();
  // Two equal orders cannot be wrong.
  const place = shown.findIndex((each, i) => each !== plain[i]);
  const [first] = shown;
  const told =
    place < 0
      ? `the first is that of ${first}`
      : `label ${place + 1} is that of ${shown[place]}, not of ${plain[place]}`;
  const note: ReadingNote = {
    about: 'order',
    text: `labels of ${baseName(path)} go to pictures in the natural order of their paths: ${told}`,
    ...(place < 0 ? {} : { doubtful: true }),
  };
  return { labels, note };
}

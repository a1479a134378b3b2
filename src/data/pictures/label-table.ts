import Papa from 'papaparse';
import { readFile } from '#files';
import { UserError } from '../../base/errors.js';
import { excerpt, listedNames } from '../../base/excerpt.js';
import type { PictureFile } from './list-pictures.js';

/** A table that tells facts of pictures: a row for each, its cells as words. */
export interface LabelTable {
  readonly path: string;
  /** Names of columns; numbers from 1 where there is no header. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The column with the names of files. */
  readonly fileColumn: number;
}

/** Names of columns that hold labels, the more telling first. */
const labelNames = [
  'label',
  'labels',
  'class',
  'class_name',
  'classname',
  'category',
  'target',
  'y',
  'species',
  'breed',
  'diagnosis',
];

/** Characters between the cells of a line; none is tried that would give no name of a picture. */
const delimiters = [',', '\t', ';', '|', ' '];

/** Rows that are looked at for names of pictures. */
const lookedAt = 50;

/** The pictures by the names that a table may give them. */
export class PictureNames {
  /** Places by name; `undefined` for a name that several pictures have. */
  readonly #places = new Map<string, number | undefined>();

  constructor(files: readonly PictureFile[]) {
    for (const [place, { parts }] of files.entries()) {
      const names = new Set<string>();
      for (let from = 0; from < parts.length; from++) {
        const tail = parts.slice(from).join('/');
        names.add(tail).add(tail.replace(/\.[^./]+$/, ''));
      }
      for (const name of names) this.#places.set(name, this.#places.has(name) ? undefined : place);
    }
  }

  has(cell: string): boolean {
    return this.#places.has(nameOf(cell));
  }

  /** The place of a picture; undefined when there is none, or when several have that name. */
  find(cell: string): number | undefined {
    return this.#places.get(nameOf(cell));
  }
}

function nameOf(cell: string): string {
  return cell
    .trim()
    .normalize('NFC')
    .replaceAll('\\', '/')
    .replace(/^(\.?\/)+/, '');
}

/** Text of a file in UTF-8 or, with its mark, UTF-16. @throws UserError when it is neither */
export function textOf(bytes: Uint8Array, path: string): string {
  const isWide =
    (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const encoding = isWide ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${path}: it is no text in UTF-8. Save it as UTF-8.`);
  }
}

/**
 * A table of words with a column of names of pictures: CSV by any usual delimiter.
 * @returns undefined when no column holds names of pictures
 */
export function parseLabelTable(
  text: string,
  path: string,
  names: PictureNames,
): LabelTable | undefined {
  for (const delimiter of delimiters) {
    const { data } = Papa.parse<string[]>(text, { delimiter, skipEmptyLines: 'greedy' });
    const [first = []] = data;
    if (first.length < 2) continue;
    const fileColumn = columnOfFiles(data.slice(0, lookedAt), names);
    if (fileColumn === undefined) continue;
    const hasHeader = !names.has(first[fileColumn]!);
    const columns = first.map((cell, i) => (hasHeader ? cell.trim() : String(i + 1)));
    const rows = hasHeader ? data.slice(1) : data;
    const wrong = rows.findIndex((row) => row.length !== columns.length);
    if (wrong >= 0 && delimiter !== ' ') {
      throw new UserError(
        `${path}: row ${wrong + 1} has ${rows[wrong]!.length} cells, but there are ${columns.length} columns. Correct the line.`,
      );
    }
    return { path, columns, rows, fileColumn };
  }
  return undefined;
}

/** The column of which most cells, after a header that may be, are names of pictures. */
function columnOfFiles(rows: readonly string[][], names: PictureNames): number | undefined {
  const shares = (rows[0] ?? []).map((_, place) => {
    const cells = rows.map((row) => row[place] ?? '');
    return cells.filter((cell) => names.has(cell)).length / Math.max(1, rows.length - 1);
  });
  const best = Math.max(...shares);
  return best >= 0.5 ? shares.indexOf(best) : undefined;
}

/** A table of JSON lines, as Hugging Face writes `metadata.jsonl`. */
function parseJsonLines(text: string, path: string): LabelTable {
  const objects = text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as Record<string, unknown>];
    } catch (error) {
      throw new UserError(`${path}: line ${i + 1} is no JSON. Correct the line.`, { cause: error });
    }
  });
  const columns = [...new Set(objects.flatMap((each) => Object.keys(each ?? {})))];
  const word = (value: unknown) =>
    ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '';
  const rows = objects.map((each) => columns.map((column) => word(each?.[column])));
  return { path, columns, rows, fileColumn: columns.indexOf('file_name') };
}

/**
 * The table of a `metadata.csv` or `metadata.jsonl`.
 * @throws UserError when it has no column `file_name`
 */
export async function readMetadata(path: string): Promise<LabelTable> {
  const text = textOf(await readFile(path), path);
  if (/\.jsonl$/i.test(path)) return checked(parseJsonLines(text, path));
  const { data } = Papa.parse<string[]>(text, { skipEmptyLines: 'greedy' });
  const [columns = [], ...rows] = data;
  const names = columns.map((cell) => cell.trim());
  return checked({ path, columns: names, rows, fileColumn: names.indexOf('file_name') });
}

function checked(table: LabelTable): LabelTable {
  if (table.fileColumn >= 0) return table;
  throw new UserError(
    `${table.path}: there is no column file_name, which tells the picture of a row: it has ${listedNames(table.columns, 8)}. Name the column so, or move the file out of the folder.`,
  );
}

/** A column of labels, and the label of each row. */
export interface LabelColumn {
  readonly name: string;
  readonly words: readonly string[];
}

/**
 * The labels of a table: of the column that is asked for, of the only one beside the names, of one
 * with a usual name, or of columns of 0 and 1 of which a row has one 1.
 * @returns undefined when there is none
 * @throws UserError when the column that is asked for is not there
 */
export function labelColumn(table: LabelTable, asked: string | undefined): LabelColumn | undefined {
  const { columns, rows, fileColumn, path } = table;
  const column = (place: number) => ({
    name: columns[place]!,
    words: rows.map((row) => (row[place] ?? '').trim()),
  });
  const others = columns.flatMap((_, place) => (place === fileColumn ? [] : [place]));
  if (asked !== undefined) {
    const place = columns.indexOf(asked);
    if (place >= 0 && place !== fileColumn) return column(place);
    throw new UserError(
      `${path}: there is no column ${excerpt(asked)}. It has ${listedNames(
        others.map((each) => columns[each]!),
        8,
      )}.`,
    );
  }
  const lower = columns.map((name) => name.toLowerCase());
  const named = labelNames.map((name) => lower.indexOf(name)).find((place) => place >= 0);
  if (named !== undefined && named !== fileColumn) return column(named);
  return oneHot(table, others);
}

/** The classes that columns of 0 and 1 are, as of ISIC 2018. */
function oneHot({ columns, rows }: LabelTable, others: readonly number[]): LabelColumn | undefined {
  if (others.length < 2) return undefined;
  const words: string[] = [];
  for (const row of rows) {
    const values = others.map((place) => Number(row[place] || Number.NaN));
    const ones = values.flatMap((value, i) => (value === 1 ? [i] : []));
    if (ones.length !== 1 || !values.every((value) => value === 0 || value === 1)) return undefined;
    words.push(columns[others[ones[0]!]!]!);
  }
  return { name: listedNames(others.map((place) => columns[place]!)), words };
}

/** The only column beside the names of pictures. */
export function onlyColumn({ columns, rows, fileColumn }: LabelTable): LabelColumn | undefined {
  if (columns.length !== 2) return undefined;
  const place = 1 - fileColumn;
  return { name: columns[place]!, words: rows.map((row) => (row[place] ?? '').trim()) };
}

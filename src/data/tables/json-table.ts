import { fileBytes } from '#files';
import { UserError } from '../../base/errors.js';
import { excerpt } from '../../base/excerpt.js';
import type { FileBytes } from '../files/file-bytes.js';
import type { FormatOptions } from '../formats/format.js';
import { refuseForeign } from './foreign.js';
import { type Row, RowTable } from './row-table.js';
import { textOf } from './text-file.js';

/** Most characters of a line, and of a file that is one value. */
const [mostLine, mostFile] = [2 ** 24, 2 ** 28];

/**
 * Opens a table that is JSON, an object a line, a list of objects, or an object of lists, and looks at all
 * of it. @throws UserError when it is none
 */
export async function openJsonTable(path: string, options: FormatOptions): Promise<RowTable> {
  const file = await fileBytes(path);
  return RowTable.open(
    {
      path,
      key: [file.path, file.size, file.modified],
      rows: () => rowsOf(file),
      noteOf: (isLines) => (isLines ? 'a table of JSON, one example a line' : 'a table of JSON'),
    },
    options,
  );
}

/** The rows of a file; the line of each, where it is one a line. */
async function* rowsOf(file: FileBytes): AsyncGenerator<{ row: Row; line?: number }> {
  const { path } = file;
  const head = await file.slice(0, Math.min(4, file.size));
  let rest = '';
  let line = 0;
  let isWhole: boolean | undefined;
  for await (const text of texts(file)) {
    rest += text;
    if (isWhole === undefined && /\S/.test(rest)) {
      await refuseForeign(head, rest.trimStart().slice(0, 100), path);
      isWhole = isOneValue(rest);
    }
    if (isWhole) {
      if (rest.length > mostFile) {
        throw new UserError(`${path}: the JSON is over 256 MB. Write one example a line (.jsonl).`);
      }
      continue;
    }
    const lines = rest.split('\n');
    rest = lines.pop()!;
    if (rest.length > mostLine) {
      throw new UserError(`${path}: line ${line + lines.length + 1} is over 16 MB. Shorten it.`);
    }
    for (const each of lines) {
      line++;
      if (each.trim() !== '') yield { row: rowOf(parsed(each, path, line), path, line), line };
    }
  }
  if (rest.trim() === '') return;
  if (isWhole) {
    for (const row of tableOf(parsed(rest, path), path)) yield { row };
  } else yield { row: rowOf(parsed(rest, path, line + 1), path, line + 1), line: line + 1 };
}

async function* texts(file: FileBytes): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const { pieces } = await textOf(file);
  try {
    for await (const piece of pieces) yield decoder.decode(piece, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError(`${file.path}: the text is not UTF-8. Save it as UTF-8.`, { cause: error });
  }
}

/** Tells whether a text is one value over several lines, and not one a line. */
function isOneValue(text: string): boolean {
  const [first = ''] = text.trimStart().split('\n');
  try {
    const value: unknown = JSON.parse(first);
    // A list of objects, or an object of lists, may be all on one line.
    if (Array.isArray(value)) return typeof value[0] === 'object' && value[0] !== null;
    const isAlone = text
      .trimStart()
      .split('\n')
      .slice(1)
      .every((line) => line.trim() === '');
    return (
      isAlone &&
      Object.values(value as object).every((each) => Array.isArray(each) && each.length > 1)
    );
  } catch {
    return true;
  }
}

function parsed(text: string, path: string, line?: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const where = line === undefined ? '' : `line ${line}: `;
    throw new UserError(
      `${path}: ${where}${excerpt(text.trim(), 40)} is no JSON. Give an object a line, or a list of objects.`,
      { cause },
    );
  }
}

function rowOf(value: unknown, path: string, line: number): Row {
  if (Array.isArray(value)) {
    return Object.fromEntries(value.map((each, place) => [String(place + 1), each]));
  }
  if (typeof value === 'object' && value !== null) return value as Row;
  throw new UserError(
    `${path}: ${path.endsWith('.json') ? 'row' : 'line'} ${line} is ${excerpt(String(value), 40)}, no object. Give an object for each example.`,
  );
}

function tableOf(value: unknown, path: string): Row[] {
  if (Array.isArray(value)) return value.map((each, row) => rowOf(each, path, row + 1));
  const columns = Object.entries(value as object) as [string, unknown][];
  const [, first] = columns[0] ?? [];
  if (
    Array.isArray(first) &&
    columns.every(([, each]) => Array.isArray(each) && each.length === first.length)
  ) {
    return first.map((_, row) =>
      Object.fromEntries(columns.map(([name, each]) => [name, (each as unknown[])[row]])),
    );
  }
  throw new UserError(
    `${path}: the JSON is no table. Give a list of objects, an object a line, or an object of lists of one length.`,
  );
}

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../base/errors.js';
import { attempt } from '../../base/file-errors.js';
import { isError } from '../../base/realm.js';
import { refuseBomb } from '../files/inflation.js';
import { statFile } from '../files/stat-file.node.js';

/** Characters that are parsed together. */
const blockLength = 2 ** 20;

/** Most characters of one row: more than those of a picture of 1000 × 1000 pixels in colour. */
const maxRowLength = 2 ** 24;

/** A row of a table and the line it ends on, counted from 1. */
export interface CsvRow {
  readonly cells: readonly string[];
  readonly line: number;
}

/** Rows that were parsed together. */
interface Block {
  readonly rows: readonly string[][];
  /** The fault of the row of that place, if it has one. */
  readonly fault?: { readonly place: number; readonly reason: string } | undefined;
  /** Whether a cell may hold line breaks: there was a quote. */
  readonly quoted: boolean;
}

/**
 * The rows of a CSV or TSV file, plain or gzip, UTF-8, one after another; empty lines are left out.
 * @throws UserError when the file cannot be read, or quotes do not match
 */
export async function* csvRows(path: string): AsyncGenerator<CsvRow> {
  let line = 0;
  await statFile(path);
  try {
    for await (const { rows, fault, quoted } of await blocks(path, await delimiterOf(path))) {
      for (const [place, cells] of rows.entries()) {
        // A row with a wrong quote may have swallowed those after it.
        if (place === fault?.place) {
          throw new UserError(`${path}: line ${line + 1}: ${fault.reason}. Correct the table.`);
        }
        line += quoted ? 1 + breaksOf(cells) : 1;
        if (cells.length > 1 || cells[0]!.trim() !== '') yield { cells, line };
      }
    }
  } catch (error) {
    throw explain(error, path);
  }
}

/** How many line breaks are inside cells. */
function breaksOf(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
}

const reasons: Readonly<Record<string, string>> = {
  MissingQuotes: 'a quote is not closed',
  InvalidQuotes: 'text stands behind a closing quote',
};

/** The parser's blocks as they are asked for: it and the file wait meanwhile. */
async function blocks(path: string, delimiter: string): Promise<AsyncIterable<Block>> {
  const { default: Papa } = await import('papaparse');
  const file = createReadStream(path, { highWaterMark: blockLength });
  const gzip = /\.gz$/i.test(path);
  const text: Readable = gzip ? file.pipe(createGunzip({ chunkSize: blockLength })) : file;
  const output = new PassThrough({ objectMode: true, highWaterMark: 1 });
  const fail = (error: Error) => output.destroy(error);
  file.on('error', fail);
  text.setEncoding('utf8');
  let quoted = false;
  let waiting = 0;
  let length = 0;
  text.on('data', (piece: string) => {
    length += piece.length;
    try {
      if (gzip) refuseBomb(length, file.bytesRead, path);
    } catch (error) {
      fail(error as Error);
    }
    quoted ||= piece.includes('"');
    waiting += piece.length;
    if (waiting > maxRowLength) {
      fail(
        new UserError(`${path}: a row is over 16 MB; is a quote not closed? Correct the table.`),
      );
    }
  });
  Papa.parse<string[], Readable>(text, {
    delimiter,
    beforeFirstChunk: (first) => first.replace(/^\ufeff/, ''),
    chunk({ data: rows, errors: [error] }, parser) {
      if (output.destroyed) {
        parser.abort();
        return;
      }
      if (rows.length === 0) return;
      waiting = 0;
      const place = error?.row ?? rows.length;
      const fault = place < rows.length && {
        place,
        reason: reasons[error!.code] ?? 'it is not well formed',
      };
      if (output.write({ rows, quoted, ...(fault && { fault }) } satisfies Block)) return;
      parser.pause();
      text.pause();
      output.once('drain', () => {
        parser.resume();
        text.resume();
      });
    },
    complete: () => output.end(),
    error: fail,
  });
  output.on('close', () => {
    file.destroy();
    text.destroy();
  });
  return output;
}

function explain(error: unknown, path: string): unknown {
  if (isError(error) && 'code' in error && String(error.code).startsWith('Z_')) {
    return new UserError(`${path}: the gzip data is damaged. Get the file again.`, {
      cause: error,
    });
  }
  return error;
}

/** Tab for .tsv; else whichever of tab, semicolon and comma the first line has most. */
async function delimiterOf(path: string): Promise<string> {
  if (/\.(tsv|tab)(\.gz)?$/i.test(path)) return '\t';
  if (/\.gz$/i.test(path)) return ',';
  const handle = await attempt('read', path, () => open(path));
  try {
    const { buffer, bytesRead } = await attempt('read', path, () =>
      handle.read(Buffer.alloc(65_536), 0, 65_536, 0),
    );
    const [line = ''] = buffer
      .toString('utf8', 0, bytesRead)
      .replace(/"[^"]*"/g, '')
      .split(/[\r\n]/);
    const count = (delimiter: string) => line.split(delimiter).length;
    return [',', ';', '\t'].reduce((best, each) => (count(each) > count(best) ? each : best));
  } finally {
    await handle.close();
  }
}

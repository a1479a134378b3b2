import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { UserError } from './errors.js';
import { attempt } from './file-errors.js';

/** Most characters of one row. */
const maxRowLength = 2 ** 26;

/** A row of a table and the line it ends on, counted from 1. */
export interface CsvRow {
  readonly cells: readonly string[];
  readonly line: number;
}

/**
 * The rows of a CSV or TSV file, plain or gzip, UTF-8, one after another; empty lines are left out.
 * @throws UserError when the file cannot be read, or quotes do not match
 */
export async function* csvRows(path: string): AsyncGenerator<CsvRow> {
  const source = createReadStream(path);
  const gzip = /\.gz$/i.test(path);
  const plain = gzip ? source.pipe(createGunzip()) : source;
  const parser = parse({
    delimiter: await delimiterOf(path),
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRowLength,
  });
  source.on('error', (error: Error) => parser.destroy(error));
  plain.on('error', (error: Error) => parser.destroy(error));
  plain.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      yield { cells: record, line: info.lines };
    }
  } catch (error) {
    throw explain(error, path);
  } finally {
    source.destroy();
    parser.destroy();
  }
}

function explain(error: unknown, path: string): unknown {
  if (error instanceof CsvError) {
    const reason = error.message.replace(/\s+/g, ' ').slice(0, 120);
    return new UserError(`${path}: ${reason}. Correct the table.`, { cause: error });
  }
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
    return new UserError(
      `${path}: the gzip data is damaged (${error.message}). Get the file again.`,
      { cause: error },
    );
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

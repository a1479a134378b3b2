import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompress as unpackZstd } from 'fzstd';
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { Fault, UserError } from '../../base/errors.js';
import { ownReason } from '../../base/excerpt.js';
import { attempt } from '../../base/file-errors.js';
import { statFile } from '../files/stat-file.node.js';
import { checkFooter, checkGroup } from './parquet-checks.node.js';

/** The content of a column, as far as it matters here. */
export type ColumnKind = 'number' | 'words' | 'bytes' | 'pictures' | 'other';

/** A Parquet file that was opened. */
export interface ParquetFile {
  readonly path: string;
  readonly size: number;
  readonly names: readonly string[];
  readonly kinds: readonly ColumnKind[];
  /** First and last row, exclusive, of each row group: what is decoded together. */
  readonly groups: readonly (readonly [start: number, end: number])[];
  /** Metadata that writers of the file added. */
  readonly notes: ReadonlyMap<string, string>;
  /** The values of some columns in a row group, by column. */
  columns(names: readonly string[], group: number): Promise<ReadonlyMap<string, DecodedArray>>;
  /** One column's values in a row group, put together where it is nested. */
  objects(name: string, group: number): Promise<readonly unknown[]>;
}

/** Decompression that stops at the size that a page announces, which was checked. */
const bounded: Compressors = {
  ...compressors,
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  ZSTD: (input, length) => unpackZstd(input, new Uint8Array(length)),
};

/** Opens a Parquet file by its footer. @throws UserError when it cannot be read or is damaged */
export async function openParquet(path: string): Promise<ParquetFile> {
  await statFile(path);
  const file = await attempt('read', path, () => asyncBufferFromFile(path));
  const read = <T>(action: () => Promise<T>): Promise<T> =>
    attempt('read', path, action).catch((error: unknown) => {
      throw error instanceof UserError ? error : damaged(path, error);
    });
  const metadata = await read(async () => {
    await checkFooter(file as AsyncBuffer);
    return parquetMetadataAsync(file as AsyncBuffer, { geoparquet: false });
  });
  const { names, kinds, groups, notes } = await read(async () => ({
    ...columnsOf(metadata),
    groups: groupsOf(metadata),
    notes: new Map((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ''])),
  }));
  const common = {
    file: file as AsyncBuffer,
    metadata,
    compressors: bounded,
    utf8: false,
    geoparquet: false,
  };
  return {
    path,
    size: groups.at(-1)?.[1] ?? 0,
    names,
    kinds,
    groups,
    notes,
    columns(wanted, group) {
      const [rowStart, rowEnd] = groups[group]!;
      return read(async () => {
        await checkGroup(file as AsyncBuffer, metadata.row_groups[group]!, wanted);
        const values = new Map<string, DecodedArray[]>();
        await parquetRead({
          ...common,
          columns: [...wanted],
          rowStart,
          rowEnd,
          onChunk({ columnName, columnData, rowStart: from }) {
            const start = Math.max(0, rowStart - from);
            const part = columnData.slice(start, start + rowEnd - Math.max(from, rowStart));
            values.set(columnName, [...(values.get(columnName) ?? []), part]);
          },
        });
        return new Map(
          wanted.map((name) => [name, checked(joined(values.get(name) ?? []), rowEnd - rowStart)]),
        );
      });
    },
    objects(name, group) {
      const [rowStart, rowEnd] = groups[group]!;
      return read(async () => {
        await checkGroup(file as AsyncBuffer, metadata.row_groups[group]!, [name]);
        const rows = await parquetReadObjects({ ...common, columns: [name], rowStart, rowEnd });
        return checked(
          rows.map((row) => row[name] as unknown),
          rowEnd - rowStart,
        );
      });
    },
  };
}

function joined(parts: readonly DecodedArray[]): DecodedArray {
  if (parts.length === 1) return parts[0]!;
  return parts.flatMap((part) => Array.from(part as ArrayLike<unknown>));
}

function checked<T extends ArrayLike<unknown>>(values: T, count: number): T {
  if (values.length !== count) throw new Fault(`${values.length} values for ${count} rows`);
  return values;
}

function groupsOf(metadata: FileMetaData): [start: number, end: number][] {
  const groups: [number, number][] = [];
  let start = 0;
  for (const { num_rows: rows } of metadata.row_groups) {
    const end = start + Number(rows);
    if (!Number.isSafeInteger(end) || end < start) throw new Fault(`a group of ${rows} rows`);
    groups.push([start, end]);
    start = end;
  }
  if (Number(metadata.num_rows) !== start) {
    throw new Fault(`${metadata.num_rows} rows are announced, and there are ${start}`);
  }
  return groups;
}

function columnsOf(metadata: FileMetaData): { names: string[]; kinds: ColumnKind[] } {
  const { children } = parquetSchema(metadata);
  if (children.some(({ element }) => typeof element.name !== 'string')) {
    throw new Fault('a column has no name');
  }
  return {
    names: children.map(({ element }) => element.name),
    kinds: children.map(({ element, children: inner }): ColumnKind => {
      if (inner.length > 0) {
        const bytes = inner.find((child) => child.element.name === 'bytes');
        return bytes?.element.type === 'BYTE_ARRAY' ? 'pictures' : 'other';
      }
      const { type, converted_type: converted, logical_type: logical, repetition_type } = element;
      if (repetition_type === 'REPEATED') return 'other';
      if (type === 'BYTE_ARRAY') {
        if (converted === 'UTF8' || converted === 'ENUM' || logical?.type === 'STRING') {
          return 'words';
        }
        return converted === undefined ? 'bytes' : 'other';
      }
      if (/^(DATE|TIME|DECIMAL|INTERVAL)/.test(converted ?? logical?.type ?? '')) return 'other';
      if (type === 'FIXED_LEN_BYTE_ARRAY') return logical?.type === 'FLOAT16' ? 'number' : 'other';
      return type === 'INT96' || type === undefined ? 'other' : 'number';
    }),
  };
}

function damaged(path: string, error: unknown): UserError {
  return new UserError(
    `${path}: the Parquet file is damaged or not one${ownReason(error)}. Get it again.`,
    { cause: error },
  );
}

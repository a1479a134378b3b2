import { decompress as unpackZstd } from 'fzstd';
import {
  type AsyncBuffer,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetReadObjects,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { fileBytes } from '#files';
import { Fault, UserError } from '../../base/errors.js';
import { ownReason } from '../../base/excerpt.js';
import { attempt } from '../../base/file-errors.js';
import type { FileBytes } from '../files/file-bytes.js';
import { refuseKnown } from '../files/foreign.js';
import { HeldBytes } from './held-bytes.js';
import { checkFooter, checkGroup } from './parquet-checks.js';
import { columnsOf, type ParquetColumn } from './parquet-columns.js';

/** A Parquet file that was opened. */
export interface ParquetFile {
  readonly path: string;
  /** Its bytes, and when it was last changed: caches of its content are known by these. */
  readonly key: readonly [path: string, bytes: number, modified: number];
  /** Number of rows. */
  readonly size: number;
  readonly columns: readonly ParquetColumn[];
  /** First and last row, exclusive, of each row group; the rows of a group are decoded together. */
  readonly groups: readonly (readonly [start: number, end: number])[];
  /** The values of some columns in a row group, by column. */
  values(names: readonly string[], group: number): Promise<ReadonlyMap<string, DecodedArray>>;
  /** One column's values in a row group, put together where it is nested. */
  objects(name: string, group: number): Promise<readonly unknown[]>;
}

/** Decompression into the size that a page announces, which was checked. */
const bounded: Compressors = {
  ...compressors,
  ZSTD: (input, length) => unpackZstd(input, new Uint8Array(length)),
};

const decoding = { compressors: bounded, utf8: false, geoparquet: false };

/** Opens a Parquet file by its footer. @throws UserError when it cannot be read or is damaged */
export async function openParquet(path: string): Promise<ParquetFile> {
  const bytes = await fileBytes(path);
  const file: AsyncBuffer = {
    byteLength: bytes.size,
    slice: async (start, end = bytes.size) =>
      (await bytes.slice(Math.max(0, start), Math.min(end, bytes.size))).buffer,
  };
  const read = <T>(action: () => Promise<T>): Promise<T> =>
    attempt('read', path, action).catch((error: unknown) => {
      throw error instanceof UserError ? error : damaged(path, error);
    });
  if (!(await isParquet(bytes))) await refuseKnown(path);
  const metadata = await read(async () => {
    await checkFooter(file);
    return parquetMetadataAsync(file, { geoparquet: false });
  });
  const { columns, groups } = await read(async () => {
    const told = new Map(
      (metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? '']),
    );
    return { columns: columnsOf(metadata, told), groups: groupsOf(metadata) };
  });
  /** The columns of a row group, read and checked, as hyparquet is to decode them. */
  const checkedGroup = async (wanted: readonly string[], group: number) => {
    const held = new HeldBytes(file);
    await checkGroup(held, metadata.row_groups[group]!, wanted);
    return { ...decoding, file: held, metadata, columns: [...wanted] };
  };
  return {
    path,
    key: [path, bytes.size, bytes.modified],
    size: groups.at(-1)?.[1] ?? 0,
    columns,
    groups,
    values(wanted, group) {
      const [rowStart, rowEnd] = groups[group]!;
      return read(async () => {
        const source = await checkedGroup(wanted, group);
        const values = new Map<string, DecodedArray[]>();
        await parquetRead({
          ...source,
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
        const source = await checkedGroup([name], group);
        const rows = await parquetReadObjects({ ...source, rowStart, rowEnd });
        return checked(
          rows.map((row) => row[name] as unknown),
          rowEnd - rowStart,
        );
      });
    },
  };
}

/** Tells whether a file begins as Parquet files do. */
async function isParquet({ size, slice }: FileBytes): Promise<boolean> {
  const head = await slice(0, Math.min(4, size));
  return new TextDecoder().decode(head) === 'PAR1';
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

function damaged(path: string, error: unknown): UserError {
  return new UserError(
    `${path}: the Parquet file is damaged or not one${ownReason(error)}. Get it again.`,
    { cause: error },
  );
}

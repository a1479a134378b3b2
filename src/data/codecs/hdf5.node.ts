import { UserError } from '../../base/errors.js';
import type { ArraySource } from '../arrays/array-source.js';
import type { ArrayEntry } from '../arrays/choose.js';
import { statFile } from '../files/stat-file.node.js';
import { littleEndian } from './elements.js';
import { type StoredType, storedSize } from './numbers.js';

/*
 * HDF5 files, by h5wasm: the library of HDF5 in WebAssembly, which reads parts of a file from disk. It is
 * loaded only when there is such a file.
 */

type Hdf5 = typeof import('h5wasm/node');
type Hdf5Dataset = import('h5wasm/node').Dataset;

/** The marks that such a file begins with. */
const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

export const isHdf5 = (start: Uint8Array) => signature.every((byte, i) => start[i] === byte);

async function load(): Promise<Hdf5> {
  const library = await import('h5wasm/node');
  const module = await library.ready;
  // Errors would otherwise be printed.
  module.activate_throwing_error_handler();
  return library;
}

let loaded: Promise<Hdf5> | undefined;

/** Opens a file for a time. @throws UserError when the library cannot read it */
async function withFile<T>(
  path: string,
  use: (file: import('h5wasm/node').File) => T | Promise<T>,
): Promise<T> {
  loaded ??= load();
  const { File } = await loaded;
  try {
    const file = new File(path, 'r');
    try {
      return await use(file);
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): UserError {
  // The library tells of each call that failed, the innermost last: `#006: H5Fsuper.c line 388 in …(): reason`.
  const lines = String((error as Error)?.message ?? error).split('\n');
  const reason = lines.findLast((line) => line.includes('(): '))?.split('(): ')[1] ?? lines[0]!;
  return new UserError(
    `${path}: it cannot be read as HDF5: ${reason.trim()}. If it is damaged, get it again; if not, save its arrays by numpy.savez.`,
    { cause: error },
  );
}

/** The type of the elements that the library gives; undefined for elements that are no numbers. */
function typeOf({ metadata }: Hdf5Dataset): StoredType | undefined {
  const { type, size, signed, vlen, enum_type: named } = metadata;
  if (vlen) return undefined;
  if (type === 1) return size === 4 ? 'float32' : size === 8 ? 'float64' : undefined;
  // Truth values are whole numbers with two names.
  if (type === 8 && named?.nmembers === 2 && size === 1 && 'TRUE' in named.members) return 'bool';
  if (type !== 0 || ![1, 2, 4, 8].includes(size)) return undefined;
  return `${signed ? 'int' : 'uint'}${size * 8}` as StoredType;
}

/** Bytes that are read at a time, at least one block of the file's own. */
const pieceBytes = 2 ** 26;
/** Most bytes of blocks that are read at a time: blocks beside one another are unpacked together. */
const mostBytes = 2 ** 29;

/** Rows that are read at a time: whole blocks of the file, so that none is unpacked twice. */
function rowsAtOnce({ metadata }: Hdf5Dataset, rowBytes: number): number {
  const usual = Math.max(1, Math.floor(pieceBytes / Math.max(1, rowBytes)));
  const [block = 1] = metadata.chunks ?? [];
  if (block * rowBytes > mostBytes) return usual;
  return Math.max(block, Math.floor(usual / block) * block);
}

const datasetOf = (file: import('h5wasm/node').File, key: string) => file.get(key) as Hdf5Dataset;

/** Elements of an array piece by piece, in this machine's order. */
async function* pieces(path: string, key: string, shape: readonly number[], itemBytes: number) {
  const [count = 1, ...rest] = shape;
  const rowBytes = rest.reduce((product, length) => product * length, itemBytes);
  const step = await withFile(path, (file) => rowsAtOnce(datasetOf(file, key), rowBytes));
  for (let start = 0; start < count; start += step) {
    const range = [start, Math.min(count, start + step)] as [number, number];
    const all: [][] = rest.map(() => []);
    yield await withFile(path, (file) => {
      const dataset = datasetOf(file, key);
      const values = shape.length === 0 ? dataset.value : dataset.slice([range, ...all]);
      if (!ArrayBuffer.isView(values)) throw new Error(`${key} is no array of numbers`);
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    });
  }
}

/** @throws UserError when the array holds no numbers */
function sourceOf(path: string, key: string, dataset: Hdf5Dataset, fileKey: unknown): ArraySource {
  const type = typeOf(dataset);
  const shape = dataset.shape ?? [];
  const shown = `${path}: ${key}`;
  if (type === undefined) {
    throw new UserError(
      `${shown} holds no numbers that are read: whole ones of 8 to 64 bits, and float32 or float64. Save it as one of these.`,
    );
  }
  const itemBytes = storedSize(type);
  return {
    path: shown,
    type,
    itemBytes,
    shape,
    bigEndian: !littleEndian,
    fortranOrder: false,
    key: ['hdf5', fileKey, key],
    chunks: () => pieces(path, key, shape, itemBytes),
  };
}

/**
 * The arrays of an HDF5 file, by their paths in it.
 * @throws UserError when it cannot be read
 */
export async function hdf5Arrays(path: string): Promise<ArrayEntry[]> {
  const { size, mtimeMs } = await statFile(path);
  const fileKey = [path, size, mtimeMs];
  return withFile(path, (file) =>
    file
      .paths()
      .filter((key) => (file.get(key) as { type?: string } | null)?.type === 'Dataset')
      .map((key) => ({
        key,
        open: () => withFile(path, (again) => sourceOf(path, key, datasetOf(again, key), fileKey)),
      })),
  );
}

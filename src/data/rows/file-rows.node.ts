import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { UserError } from '../../base/errors.js';
import { attempt } from '../../base/file-errors.js';
import { isFloats } from '../../base/realm.js';
import type { Dataset, DatasetOptions } from '../dataset.js';
import { statFile } from '../files/stat-file.node.js';

const open = promisify(fs.open);
const stat = promisify(fs.fstat);
const read = promisify(fs.read);

/** Reads under way at once; the runtime's own pool of threads does fewer. */
const parallelReads = 32;

/** A part of a file that holds examples, one after another. */
export interface FilePiece {
  readonly path: string;
  /** Place where its first example begins, in bytes. */
  readonly offset: number;
  /** Number of examples that it holds. */
  readonly count: number;
}

/** Examples in files, as a machine of little-endian order keeps them in memory. */
export interface FileRows extends DatasetOptions {
  readonly name: string;
  /** Shape of one example, as it is given by `read`. */
  readonly shape: readonly number[];
  readonly dtype: 'uint8' | 'float32';
  readonly pieces: readonly FilePiece[];
  /** Changes one example's order of values, from the file's order to the order of `shape`. */
  readonly arrange?: (row: Uint8Array | Float32Array) => Uint8Array | Float32Array;
}

/** Closes the files that no dataset and no read under way holds any more. */
const forgotten = new FinalizationRegistry<number[]>((descriptors) => {
  for (const descriptor of descriptors) fs.close(descriptor, () => undefined);
});

/**
 * A dataset that stays in its files: every `read` fetches just the examples asked for, so memory
 * does not grow with the data. The files stay open as long as the dataset is in use.
 * @throws UserError when a file cannot be opened or is shorter than its piece; from `read`, also
 *   when a file has changed or a float value is not finite, but NaN where examples are rows of a table
 */
export async function fileRows(rows: FileRows): Promise<Dataset> {
  const { shape, dtype, pieces, arrange, ...options } = rows;
  const width = shape.reduce((product, length) => product * length, 1);
  const rowBytes = width * (dtype === 'uint8' ? 1 : 4);
  // A value of a table that is missing is NaN.
  const mayLack = rows.table !== undefined;
  const starts: number[] = [];
  let size = 0;
  for (const { count } of pieces) {
    starts.push(size);
    size += count;
  }
  const files = { descriptors: [] as number[] };
  try {
    for (const piece of pieces) files.descriptors.push(await openPiece(piece, rowBytes));
  } catch (error) {
    for (const descriptor of files.descriptors) fs.closeSync(descriptor);
    throw error;
  }
  forgotten.register(files, [...files.descriptors]);

  /** Fetches `count` examples from `first` on, which all lie in one piece. */
  const fetch = async (piece: number, first: number, count: number, into: Uint8Array) => {
    const { path, offset } = pieces[piece]!;
    const position = offset + (first - starts[piece]!) * rowBytes;
    const length = count * rowBytes;
    for (let done = 0; done < length; ) {
      const { bytesRead } = await attempt('read', path, () =>
        read(files.descriptors[piece]!, into, done, length - done, position + done),
      );
      if (bytesRead === 0) {
        throw new UserError(
          `${path}: example ${first} is not there any more: the file was cut short since it was opened. Open the data again.`,
        );
      }
      done += bytesRead;
    }
  };

  return {
    ...options,
    size,
    shape,
    dtype,
    async read(indices, target) {
      const bytes = new Uint8Array(target.buffer, target.byteOffset, indices.length * rowBytes);
      const runs = runsOf(indices, starts, size, rows.name);
      let next = 0;
      const work = async () => {
        for (let i = next++; i < runs.length; i = next++) {
          const { piece, first, count, at } = runs[i]!;
          const into = bytes.subarray(at * rowBytes, (at + count) * rowBytes);
          await fetch(piece, first, count, into);
        }
      };
      await Promise.all(Array.from({ length: Math.min(parallelReads, runs.length) }, work));
      if (isFloats(target)) checkFinite(target, indices, { name: rows.name, width, mayLack });
      if (!arrange) return;
      for (let row = 0; row < indices.length; row++) {
        const values = target.subarray(row * width, (row + 1) * width);
        values.set(arrange(values.slice()));
      }
    },
  };
}

async function openPiece({ path, offset, count }: FilePiece, rowBytes: number): Promise<number> {
  await statFile(path);
  const descriptor = await attempt('read', path, () => open(path, 'r'));
  const { size } = await stat(descriptor);
  const needed = offset + count * rowBytes;
  if (size < needed) {
    fs.closeSync(descriptor);
    throw new UserError(
      `${path}: ${count} examples take ${needed} bytes, but the file has ${size}. It is cut short: get it again.`,
    );
  }
  return descriptor;
}

interface Run {
  readonly piece: number;
  readonly first: number;
  count: number;
  /** Its place in the order of the indices. */
  readonly at: number;
}

/** Indices as runs of neighbours in one piece, each of which is one read. */
function runsOf(
  indices: ArrayLike<number>,
  starts: readonly number[],
  size: number,
  name: string,
): Run[] {
  const runs: Run[] = [];
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at]!;
    if (!(index >= 0 && index < size)) {
      throw new RangeError(`${name}: there is no example ${index} of ${size}`);
    }
    const last = runs.at(-1);
    const piece = pieceOf(index, starts);
    if (last && last.piece === piece && last.first + last.count === index) last.count++;
    else runs.push({ piece, first: index, count: 1, at });
  }
  return runs;
}

/** The piece that holds an example: the last that begins at it or before it. */
function pieceOf(index: number, starts: readonly number[]): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= index) low = middle;
    else high = middle;
  }
  return low;
}

function checkFinite(
  values: Float32Array,
  indices: ArrayLike<number>,
  { name, width, mayLack }: { name: string; width: number; mayLack: boolean },
): void {
  const end = indices.length * width;
  for (let i = 0; i < end; i++) {
    if (!Number.isFinite(values[i]) && !(mayLack && Number.isNaN(values[i]))) {
      throw new UserError(
        `${name}: example ${indices[Math.floor(i / width)]} holds ${values[i]} at value ${i % width}. Remove or replace values that are not finite.`,
      );
    }
  }
}

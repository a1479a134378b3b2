import * as fs from 'node:fs/promises';
import { attempt } from '../../base/file-errors.js';
import { elementCount } from '../../base/shape.js';
import type { Dataset } from '../dataset.js';
import { statFile } from '../files/stat-file.node.js';
import { fileRows } from '../rows/file-rows.node.js';
import { defaultMemoryLimit } from '../rows/gather.node.js';
import { arrangeRows } from './arrange.js';
import { arrayBytes, isSwapped, type NumberSource } from './array-source.js';
import type { ArrayAxes } from './axes.js';
import type { FileBytes } from './file-bytes.js';
import { type Scale, scaled } from './scale.js';

/** Parts of a file that are looked at when all of it is too much. */
const samples = 64;
const sampleBytes = 2 ** 20;

/** A file on disk. @throws UserError when it cannot be read */
export async function fileBytes(path: string): Promise<FileBytes> {
  const { size, mtimeMs } = await statFile(path);
  return {
    path,
    size,
    key: [path, size, mtimeMs],
    file: { path, offset: 0 },
    async *chunks(start = 0) {
      const handle = await attempt('read', path, () => fs.open(path));
      try {
        const stream = handle.createReadStream({ autoClose: false, start, highWaterMark: 2 ** 18 });
        for await (const chunk of stream) yield chunk as Uint8Array;
      } finally {
        await handle.close();
      }
    },
  };
}

/** Tells whether examples stay in their file and are read by batch: there are too many for memory. */
export function staysInFile(source: NumberSource, memoryLimit = defaultMemoryLimit): boolean {
  const { file, type, fortranOrder } = source;
  const isPlain = (type === 'uint8' || type === 'float32') && !fortranOrder && !isSwapped(source);
  return file !== undefined && isPlain && arrayBytes(source) > memoryLimit;
}

/** Examples from all over a file, and the places of the first of each part. */
export async function* sampleOfFile(source: NumberSource) {
  const { path, offset } = source.file!;
  const size = source.shape[0]!;
  const rowBytes = arrayBytes(source) / size;
  const count = Math.min(size, Math.max(1, Math.floor(sampleBytes / rowBytes)));
  const parts = Math.min(samples, Math.ceil(size / count));
  const handle = await attempt('read', path, () => fs.open(path));
  try {
    for (let part = 0; part < parts; part++) {
      const start = parts === 1 ? 0 : Math.floor(((size - count) / (parts - 1)) * part);
      const bytes = new Uint8Array(count * rowBytes);
      await attempt('read', path, () =>
        handle.read(bytes, 0, bytes.length, offset + start * rowBytes),
      );
      yield { start, bytes };
    }
  } finally {
    await handle.close();
  }
}

/** The examples of an array that stays in its file. */
export function examplesInFile(
  source: NumberSource,
  axes: ArrayAxes,
  scale: Scale,
  name: string,
): Promise<Dataset> {
  const { path, offset } = source.file!;
  const { shape, size, channelsLast, transposed } = axes;
  const isPlain = scale.by === 1;
  const arrange =
    isPlain && !channelsLast && !transposed
      ? undefined
      : (row: Uint8Array | Float32Array) =>
          arrangeRows(isPlain ? row : scaled(row, scale, source.path), {
            ...axes,
            size: row.length / elementCount(shape),
          });
  return fileRows({
    name,
    shape,
    dtype: scale.dtype,
    pieces: [{ path, offset, count: size }],
    ...(arrange ? { arrange } : {}),
  });
}

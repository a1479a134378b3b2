import * as fs from 'node:fs/promises';
import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import { attempt } from '../../base/file-errors.js';
import {
  elementSize,
  littleEndian,
  reversedElements,
  tensorOver,
  tensorSize,
} from '../codecs/elements.js';
import { decodeNpy } from '../codecs/npy.js';
import { changed, type NpySource, npyHead, wholeOf } from '../codecs/npy-source.js';
import { type Dataset, fromArray } from '../dataset.js';
import { statFile } from '../files/stat-file.node.js';
import { arrangeRows, arrayLayout, pixels, pixelType } from './array-images.js';
import { fileRows } from './file-rows.node.js';
import type { GatherOptions } from './gather.js';
import { defaultMemoryLimit, gather } from './gather.node.js';

/** Bytes of examples that are converted together. */
const blockBytes = 2 ** 20;

/** An .npy file on disk. @throws UserError when it cannot be read */
export async function npyFileSource(path: string): Promise<NpySource> {
  const { size, mtimeMs } = await statFile(path);
  return {
    path,
    size,
    file: { path, offset: 0 },
    key: ['npy', path, size, mtimeMs],
    async *chunks() {
      const handle = await attempt('read', path, () => fs.open(path));
      try {
        for await (const chunk of handle.createReadStream({ autoClose: false })) {
          yield chunk as Uint8Array;
        }
      } finally {
        await handle.close();
      }
    },
  };
}

/**
 * The examples of an .npy file. What does not fit into memory is read by batch: from the file itself
 * where it holds uint8 or float32 in C order, else from the cache.
 * @throws UserError when the file is no .npy file, or holds no images or vectors
 */
export async function npyDataset(
  source: NpySource,
  name: string,
  options: GatherOptions,
): Promise<Dataset> {
  const { path } = source;
  const header = await npyHead(source);
  const { type, bigEndian, fortranOrder, shape: dims, start } = header;
  const dtype = pixelType(type, path);
  const layout = arrayLayout(dims, path);
  const bytes = tensorSize(type, dims);
  if (bytes === undefined || start + bytes !== source.size) {
    throw new UserError(
      `${path}: shape ${formatShape(dims)} of ${type} takes ${bytes ?? 'over 2^53'} bytes, but ${source.size - start} follow the header. The file is damaged: save it again.`,
    );
  }
  const { shape, size, arrange } = layout;
  const native = bigEndian !== littleEndian || elementSize(type) === 1;
  if (fortranOrder || bytes <= (options.memoryLimit ?? defaultMemoryLimit)) {
    const { data } = decodeNpy(await wholeOf(source), path);
    return fromArray(arrangeRows(pixels(type, data), layout), shape, { name });
  }
  if (source.file && native && (type === 'uint8' || type === 'float32')) {
    const piece = { path: source.file.path, offset: source.file.offset + start, count: size };
    return fileRows({ name, shape, dtype, pieces: [piece], ...(arrange ? { arrange } : {}) });
  }
  const { dataset } = await gather(
    name,
    source.key,
    async (begin) => {
      const add = begin({ shape, dtype, most: size });
      for await (const rows of wholeRows(source, start, bytes / size)) {
        const ordered = native ? new Uint8Array(rows) : reversedElements(rows, elementSize(type));
        const { data } = tensorOver(type, ordered, [rows.length / elementSize(type)], path);
        await add(arrangeRows(pixels(type, data), layout));
      }
      return {};
    },
    options,
  );
  return dataset;
}

/** The bytes after the header, some whole examples at a time. */
async function* wholeRows(source: NpySource, start: number, rowBytes: number) {
  const block = new Uint8Array(Math.max(1, Math.floor(blockBytes / rowBytes)) * rowBytes);
  let skip = start;
  let filled = 0;
  let total = 0;
  for await (const chunk of source.chunks()) {
    total += chunk.length;
    let at = Math.min(skip, chunk.length);
    skip -= at;
    while (at < chunk.length) {
      const part = chunk.subarray(at, at + block.length - filled);
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === block.length) {
        yield block;
        filled = 0;
      }
    }
  }
  if (total !== source.size) throw changed(source);
  if (filled > 0) yield block.subarray(0, filled);
}

import { fileBytes } from '#array-file';
import { readFile } from '#files';
import { elementSize } from '../codecs/elements.js';
import { openIdx } from '../codecs/idx.js';
import type { ArraySource } from './array-source.js';

/**
 * The array of an IDX file, plain or gzip.
 * @param file its path, or its bytes
 * @throws UserError when it cannot be read or is no IDX file
 */
export async function idxArray(
  file: string | Uint8Array<ArrayBuffer>,
  path: string,
): Promise<ArraySource> {
  const isPath = typeof file === 'string';
  const { dtype, shape, data } = await openIdx(isPath ? await readFile(file) : file, path);
  return {
    path,
    type: dtype,
    itemBytes: elementSize(dtype),
    shape,
    bigEndian: true,
    fortranOrder: false,
    key: ['idx', isPath ? (await fileBytes(file)).key : path],
    bytes: data,
    async *chunks() {
      yield data;
    },
  };
}

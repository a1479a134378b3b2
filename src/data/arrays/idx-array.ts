import { fileBytes } from '#array-file';
import { readFile } from '#files';
import { openIdx } from '../codecs/idx.js';
import type { ArraySource } from './array-source.js';
import { memoryArray } from './memory-array.js';

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
  const key = ['idx', isPath ? (await fileBytes(file)).key : path];
  return memoryArray({ path, type: dtype, shape, bytes: data, key, bigEndian: true });
}

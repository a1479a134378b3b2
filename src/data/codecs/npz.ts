import { readFile } from '#files';
import { UserError } from '../../base/errors.js';
import type { FileBytes } from '../arrays/file-bytes.js';
import { isIgnoredPath } from '../files/ignored.js';
import { openZip } from '../files/zip.js';

/**
 * The arrays of an .npz file, a zip archive of .npy files, by name. Each is decompressed only when
 * its bytes are asked for, and checked by its CRC.
 * @throws UserError when it is no zip archive, or one of other files; from the arrays, when one is
 *   damaged
 */
export async function npzArrays(path: string): Promise<Map<string, FileBytes>> {
  const bytes = await readFile(path);
  const arrays = new Map<string, FileBytes>();
  // The name of the cache is the content's own, however the file is called or dated.
  const sha256 = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const digest = Array.from(sha256, (byte) => byte.toString(16).padStart(2, '0')).join('');
  for (const [file, { size, chunks }] of await openZip(bytes, path)) {
    if (!file.endsWith('.npy') || isIgnoredPath(file)) continue;
    const name = file.slice(0, -4);
    const shown = name.replace(/\p{Cc}/gu, '\uFFFD');
    arrays.set(name, {
      path: `${path}: ${shown}`,
      size,
      key: ['npz', digest, name],
      chunks: (start = 0) => after(chunks(), start),
    });
  }
  if (arrays.size === 0) {
    throw new UserError(`${path}: there is no array in it. Save arrays by numpy.savez.`);
  }
  return arrays;
}

/** The bytes from a place on. */
async function* after(chunks: AsyncIterable<Uint8Array>, start: number) {
  let skip = start;
  for await (const chunk of chunks) {
    const from = Math.min(skip, chunk.length);
    skip -= from;
    if (from < chunk.length) yield chunk.subarray(from);
  }
}

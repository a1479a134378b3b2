import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import { decodeNpyHeader, npyHeadBytes } from '../codecs/npy.js';
import { isWords } from '../codecs/numbers.js';
import { type ArraySource, arrayBytes } from './array-source.js';
import { type FileBytes, startOf } from './file-bytes.js';

/**
 * Bytes that an .npy file has; undefined while its beginning is too short to tell.
 * @throws UserError when it is none
 */
export function npySize(begin: Uint8Array, path: string): number | undefined {
  try {
    const { start, shape, itemBytes } = decodeNpyHeader(begin.subarray(0, npyHeadBytes), path);
    return start + shape.reduce((product, length) => product * length, itemBytes);
  } catch (error) {
    if (begin.length >= npyHeadBytes) throw error;
    return undefined;
  }
}

/** The array of an .npy file. @throws UserError when the file is none, or not as long as it should be */
export async function npyArray(file: FileBytes): Promise<ArraySource> {
  const { path, size } = file;
  const header = await startOf(file, npyHeadBytes);
  const { start, ...elements } = decodeNpyHeader(header, path);
  const source: ArraySource = {
    ...elements,
    path,
    key: ['npy', file.key],
    bytes: file.bytes?.subarray(start),
    file: file.file && { path: file.file.path, offset: file.file.offset + start },
    chunks: () => file.chunks(start),
  };
  const bytes = arrayBytes(source);
  if (!isWords(elements.type) && start + bytes !== size) {
    throw new UserError(
      `${path}: shape ${formatShape(elements.shape)} of ${elements.type} takes ${bytes} bytes, but ${size - start} follow the header. The file is damaged: save it again.`,
    );
  }
  return source;
}

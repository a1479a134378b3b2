import {
  configure,
  type FileEntry,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipReader,
  ZipWriter,
} from '@zip.js/zip.js';
import { Fault, UserError } from '../../base/errors.js';
import { excerpt, ownReason } from '../../base/excerpt.js';
import { checkInflatedSize, checkRatio } from './inflation.js';

/** A number of files over any run's or set of arrays'; each takes memory before it is asked for. */
const mostFiles = 10_000;

const unixTypeMask = 0o170000;
const unixTypes = [0, 0o100000];

configure({ useWebWorkers: false });

/** A file in a zip archive. */
export interface ZippedFile {
  /** Its size as announced, which its content is checked against. */
  readonly size: number;
  readonly compressedSize: number;
  /**
   * Its bytes, decompressed while they are read and never more than `size`.
   * @throws UserError when the content does not have that size or its CRC
   */
  chunks(): AsyncGenerator<Uint8Array>;
}

/**
 * The files of a zip archive by name; folders are left out. Nothing is decompressed before it is
 * asked for, and nothing is ever unpacked to disk.
 * @param name the archive's name in messages
 * @throws UserError when it is no whole zip archive, when two programs could read it differently
 *   (a name twice, headers that disagree, files that overlap), or when it has names that lead out of
 *   it, links, encrypted files, or files that announce more than their bytes can hold
 */
export async function openZip(bytes: Uint8Array, name: string): Promise<Map<string, ZippedFile>> {
  const reader = new ZipReader(new Uint8ArrayReader(bytes), {
    strictness: 'strict',
    checkSignature: true,
    checkOverlappingEntry: true,
  });
  const files = new Map<string, ZippedFile>();
  let count = 0;
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (++count > mostFiles) {
        throw new UserError(`${name}: the zip archive holds over ${mostFiles} files. Pack fewer.`);
      }
      if (entry.directory) continue;
      const where = `${name}: ${excerpt(entry.filename)}`;
      check(entry, where);
      files.set(entry.filename, {
        size: entry.uncompressedSize,
        compressedSize: entry.compressedSize,
        chunks: () => contentOf(entry, where),
      });
    }
  } catch (error) {
    throw error instanceof UserError ? error : damaged(name, error);
  }
  return files;
}

function check(entry: FileEntry, where: string): void {
  const { encrypted, symlink, unixMode = 0, uncompressedSize, compressedSize } = entry;
  if (encrypted) {
    throw new UserError(`${where} is encrypted. Pack it without a password.`);
  }
  if (symlink || !unixTypes.includes(unixMode & unixTypeMask)) {
    throw new UserError(`${where} is a link or device, not a file. Pack the file itself.`);
  }
  checkRatio(uncompressedSize, compressedSize, where);
}

/** All bytes of a file. @throws UserError as `chunks`, or when they do not fit into memory */
export async function wholeFile(file: ZippedFile, name: string): Promise<Uint8Array<ArrayBuffer>> {
  checkInflatedSize(file.size, file.compressedSize, name);
  let whole: Uint8Array<ArrayBuffer>;
  try {
    whole = new Uint8Array(file.size);
  } catch (error) {
    throw new UserError(`${name}: ${file.size} bytes do not fit into memory.`, { cause: error });
  }
  let filled = 0;
  for await (const chunk of file.chunks()) {
    whole.set(chunk, filled);
    filled += chunk.length;
  }
  return whole;
}

async function* contentOf(entry: FileEntry, name: string): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const stop = new AbortController();
  let failure: unknown;
  const done = entry.getData(writable, { signal: stop.signal }).catch((error: unknown) => {
    failure = error ?? new Fault('it cannot be read');
    return writable.abort(error).catch(() => undefined);
  });
  const reader = readable.getReader();
  const { uncompressedSize: size } = entry;
  let length = 0;
  try {
    for (;;) {
      const { done: ended, value } = await reader.read();
      if (ended) break;
      length += value.length;
      if (length > size) throw new Fault(`more than the ${size} bytes that are announced`);
      yield value;
    }
    await done;
    if (failure) throw failure;
    if (length !== size) throw new Fault(`${length} bytes, but ${size} are announced`);
  } catch (error) {
    throw damaged(name, failure ?? error);
  } finally {
    stop.abort();
    await reader.cancel().catch(() => undefined);
    await done;
  }
}

function damaged(name: string, error: unknown): UserError {
  return new UserError(
    `${name}: the zip archive is damaged${ownReason(error)}. Get or save it again.`,
  );
}

/**
 * A zip archive of files in memory.
 * @param files contents by name; slashes in a name make folders
 */
export async function writeZip(
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    await writer.add(name, new Uint8ArrayReader(bytes));
  }
  return writer.close();
}

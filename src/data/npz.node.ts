import { configure, type FileEntry, Uint8ArrayReader, ZipReader } from '@zip.js/zip.js';
import { readFile } from '#files';
import { UserError } from './errors.js';
import type { NpySource } from './npy-rows.node.js';

/** DEFLATE stores at most 258 bytes in 2 bits. RFC 1951, section 3.2.5. */
const highestRatio = 1032;

configure({ useWebWorkers: false });

/**
 * The arrays of an .npz file, a zip archive of .npy files, by name. Each is decompressed only when
 * its bytes are asked for, and checked by its CRC.
 * @throws UserError when it is no zip archive; from the arrays, when one is damaged
 */
export async function npzArrays(path: string): Promise<Map<string, NpySource>> {
  const bytes = await readFile(path);
  const arrays = new Map<string, NpySource>();
  // The name of the cache is the content's own, however the file is called or dated.
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
  const reader = new ZipReader(new Uint8ArrayReader(bytes), { checkSignature: true });
  const entries = await reader.getEntries().catch((error: unknown) => {
    throw damaged(path, error);
  });
  for (const entry of entries) {
    if (entry.directory || !entry.filename.endsWith('.npy')) continue;
    const name = entry.filename.slice(0, -4);
    const size = entry.uncompressedSize;
    if (size > Math.max(entry.compressedSize, 1) * highestRatio) {
      throw damaged(`${path}: ${name}`, `${size} bytes are announced, more than can be in it`);
    }
    arrays.set(name, {
      path: `${path}: ${name}`,
      size,
      key: ['npz', digest, name],
      chunks: () => contentOf(entry, `${path}: ${name}`),
    });
  }
  if (arrays.size === 0) {
    throw new UserError(`${path}: there is no array in it. Save arrays by numpy.savez.`);
  }
  return arrays;
}

async function* contentOf(entry: FileEntry, name: string): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const stop = new AbortController();
  let failure: unknown;
  const done = entry.getData(writable, { signal: stop.signal }).catch((error: unknown) => {
    failure = error ?? new Error('it cannot be read');
    return writable.abort(error).catch(() => undefined);
  });
  const reader = readable.getReader();
  try {
    for (;;) {
      const { done: ended, value } = await reader.read();
      if (ended) break;
      yield value;
    }
    await done;
    if (failure) throw failure;
  } catch (error) {
    throw damaged(name, failure ?? error);
  } finally {
    stop.abort();
    await reader.cancel().catch(() => undefined);
    await done;
  }
}

function damaged(name: string, error: unknown): UserError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UserError(
    `${name}: the zip archive is damaged (${reason.replace(/\s+/g, ' ').slice(0, 100)}). Save it again by numpy.savez.`,
  );
}

import { UserError } from '../../base/errors.js';
import { checkInflatedSize } from './inflation.js';

/** Tells whether the bytes begin as gzip does. RFC 1952, section 2.3.1. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Decompresses gzip whose content tells its own size, and never holds more than that size.
 * @param name the file's name in messages
 * @param sizeFrom the size of the whole content, read from its beginning; undefined while the
 *   beginning is too short to tell: a few bytes must be enough
 * @returns as many bytes as `sizeFrom` said; fewer only when the content ends before it could tell
 * @throws UserError when the gzip data is damaged, or its content is not of that size
 */
export async function gunzip(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  sizeFrom: (start: Uint8Array) => number | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader();
  let content = new Uint8Array(0);
  let filled = 0;
  let size: number | undefined;
  try {
    for (;;) {
      const { done, value } = await read(reader, name);
      if (done) break;
      if (size === undefined) {
        content = joined(content, value);
        filled = content.length;
        size = sizeFrom(content);
        if (size === undefined) continue;
        const start = content;
        checkSize(filled, size, name);
        content = allocate(size, bytes.length, name);
        content.set(start);
      } else {
        checkSize(filled + value.length, size, name);
        content.set(value, filled);
        filled += value.length;
      }
    }
  } finally {
    // The stream is of no more use after an error, and it may have failed itself.
    await reader.cancel().catch(() => undefined);
  }
  if (size !== undefined && filled < size) {
    throw new UserError(
      `${name}: ${size} bytes are announced, but the gzip data holds ${filled}. The file is cut short: get it again.`,
    );
  }
  return content;
}

/**
 * The first bytes of a file, decompressed if it is gzip.
 * @param start the first bytes of the file as it is
 * @returns as many as they give; of damaged gzip, none
 */
export async function plainStart(start: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (!isGzip(start)) return start;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(start);
      controller.close();
    },
  });
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader();
  // The bytes after the first piece are cut off, so only an error can follow.
  const first = await reader.read().catch(() => undefined);
  await reader.cancel().catch(() => undefined);
  return first?.value ?? new Uint8Array(0);
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>, name: string) {
  try {
    return await reader.read();
  } catch (error) {
    throw new UserError(`${name}: the gzip data is damaged. Get the file again.`, { cause: error });
  }
}

function checkSize(filled: number, size: number, name: string): void {
  if (filled > size) {
    throw new UserError(
      `${name}: the gzip data holds more than the ${size} bytes that are announced. The file is damaged: get it again.`,
    );
  }
}

function allocate(size: number, compressed: number, name: string): Uint8Array<ArrayBuffer> {
  checkInflatedSize(size, compressed, name);
  try {
    return new Uint8Array(size);
  } catch (error) {
    throw new UserError(
      `${name}: ${size} bytes do not fit into memory. Split the file into smaller ones.`,
      { cause: error },
    );
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

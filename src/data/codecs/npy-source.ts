import { UserError } from '../../base/errors.js';
import { mostFileBytes, tooLarge } from '../../base/file-errors.js';
import { decodeNpyHeader, npyHeadBytes } from './npy.js';

/** An .npy file, wherever it lies. */
export interface NpySource {
  /** Its name in messages. */
  readonly path: string;
  readonly size: number;
  /** Where in a file its bytes lie as they are. */
  readonly file?: { readonly path: string; readonly offset: number } | undefined;
  /** All that decides its content, as JSON. */
  readonly key: unknown;
  /** Its bytes from the beginning. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** The header of an .npy file. @throws UserError when it has none that is right */
export async function npyHead(source: NpySource) {
  const head = new Uint8Array(Math.min(source.size, npyHeadBytes));
  let length = 0;
  for await (const chunk of source.chunks()) {
    const part = chunk.subarray(0, head.length - length);
    head.set(part, length);
    length += part.length;
    if (length === head.length) break;
  }
  return decodeNpyHeader(head.subarray(0, length), source.path);
}

/** All bytes of the file. @throws UserError when they are not as many as it should have */
export async function wholeOf(source: NpySource): Promise<Uint8Array<ArrayBuffer>> {
  if (source.size > mostFileBytes) throw tooLarge(source.path, mostFileBytes);
  const whole = new Uint8Array(source.size);
  let length = 0;
  for await (const chunk of source.chunks()) {
    if (length + chunk.length > whole.length) throw changed(source);
    whole.set(chunk, length);
    length += chunk.length;
  }
  if (length !== whole.length) throw changed(source);
  return whole;
}

/** The error of a file whose bytes are not as many as they should be. */
export function changed({ path, size }: NpySource): UserError {
  return new UserError(
    `${path}: the content is not the ${size} bytes that are announced. The file is damaged: get it again.`,
  );
}

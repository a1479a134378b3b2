import { readFile } from '#files';
import { UserError } from '../../base/errors.js';
import { excerpt } from '../../base/excerpt.js';
import type { FileBytes } from '../files/file-bytes.js';
import { refuseBomb } from '../files/inflation.js';

/** Bytes that are read together. */
const pieceBytes = 2 ** 22;

async function* rawPieces({ size, slice }: FileBytes): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < size; at += pieceBytes) yield slice(at, Math.min(size, at + pieceBytes));
}

/** Tells how a file is packed, by its first bytes. */
export function packedMark(head: Uint8Array): 'gzip' | 'zstd' | 'zip' | undefined {
  const begins = (...mark: readonly number[]) => mark.every((byte, i) => head[i] === byte);
  if (begins(0x1f, 0x8b)) return 'gzip';
  if (begins(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  return begins(0x50, 0x4b, 3, 4) ? 'zip' : undefined;
}

/** The pieces of a file, unpacked when it is gzip, zstd or a zip archive of one file. */
async function* unpacked(file: FileBytes): AsyncGenerator<Uint8Array> {
  const packing = packedMark(await file.slice(0, Math.min(4, file.size)));
  let read = 0;
  const counted = async function* () {
    for await (const piece of rawPieces(file)) {
      read += piece.length;
      yield piece;
    }
  };
  if (packing === 'gzip') yield* checked(gunzipped(counted(), file.path));
  else if (packing === 'zstd') yield* checked(unzstd(counted(), file.path));
  else if (packing === 'zip') yield* unzipped(file.path);
  else yield* rawPieces(file);

  async function* checked(pieces: AsyncIterable<Uint8Array>) {
    let made = 0;
    for await (const piece of pieces) {
      made += piece.length;
      refuseBomb(made, read, file.path);
      yield piece;
    }
  }
}

async function* gunzipped(
  pieces: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  path: string,
): AsyncGenerator<Uint8Array> {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw damaged(path, 'gzip', error);
      });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function* unzstd(
  pieces: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd');
  const made: Uint8Array[] = [];
  let ended = false;
  const stream = new Decompress((piece, final) => {
    // The stream uses its memory again.
    made.push(piece.slice());
    ended ||= final === true;
  });
  const push = (piece: Uint8Array, final: boolean) => {
    try {
      stream.push(piece, final);
    } catch (error) {
      throw damaged(path, 'zstd', error);
    }
  };
  for await (const piece of pieces) {
    push(piece, false);
    yield* made.splice(0);
  }
  push(new Uint8Array(0), true);
  yield* made;
  if (!ended) throw damaged(path, 'zstd');
}

async function* unzipped(path: string): AsyncGenerator<Uint8Array> {
  const { openZip } = await import('../files/zip.js');
  const files = [...(await openZip(await readFile(path), path))].filter(
    ([name]) => !/(^|\/)(__MACOSX\/|\.)/.test(name),
  );
  if (files.length !== 1) {
    const names = files.slice(0, 3).map(([name]) => excerpt(name, 40));
    throw new UserError(
      `${path}: the archive holds ${files.length} files${names.length > 0 ? ` (${names.join(', ')}${files.length > 3 ? ', …' : ''})` : ''}. Unpack it, and give one table or the folder.`,
    );
  }
  yield* files[0]![1].chunks();
}

function damaged(path: string, kind: string, cause?: unknown): UserError {
  return new UserError(`${path}: the ${kind} data is damaged. Get the file again.`, { cause });
}

/** Encoding of the characters of a text. */
export type Encoding = 'UTF-8' | 'UTF-16LE' | 'UTF-16BE';

function encodingOf(head: Uint8Array, path: string): { encoding: Encoding; mark: number } {
  const [a, b, c, d] = head;
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (!a && !b && c === 0xfe && d === 0xff)) {
    throw new UserError(`${path}: the text is UTF-32, which is not read. Save it as UTF-8.`);
  }
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'UTF-8', mark: 3 };
  if (a === 0xff && b === 0xfe) return { encoding: 'UTF-16LE', mark: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: 'UTF-16BE', mark: 2 };
  // Text without a mark: every other byte of Latin letters and digits is zero.
  if (a && b === 0 && c && d === 0) return { encoding: 'UTF-16LE', mark: 0 };
  if (a === 0 && b && c === 0 && d) return { encoding: 'UTF-16BE', mark: 0 };
  return { encoding: 'UTF-8', mark: 0 };
}

/** A text in pieces. */
export interface TextPieces {
  readonly encoding: Encoding;
  /** UTF-8, without a byte order mark. UTF-8 of the file is not checked yet. */
  readonly pieces: AsyncGenerator<Uint8Array>;
}

/**
 * The text of a file, plain or packed, as UTF-8 in pieces.
 * @throws UserError when it cannot be read or unpacked, or is UTF-32
 */
export async function textOf(file: FileBytes): Promise<TextPieces> {
  const source = unpacked(file);
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < 4) {
    const { done, value } = await source.next();
    if (done) break;
    head = joined(head, value);
  }
  const { encoding, mark } = encodingOf(head, file.path);
  const pieces = async function* () {
    if (head.length > mark) yield head.subarray(mark);
    yield* source;
  };
  return { encoding, pieces: encoding === 'UTF-8' ? pieces() : recoded(pieces(), encoding, file) };
}

async function* recoded(
  pieces: AsyncIterable<Uint8Array>,
  encoding: Encoding,
  { path }: FileBytes,
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding.toLowerCase(), { fatal: true });
  const encoder = new TextEncoder();
  let line = 1;
  const decode = (piece?: Uint8Array) => {
    try {
      return decoder.decode(piece, { stream: piece !== undefined });
    } catch (cause) {
      throw new UserError(
        `${path}: the text is not whole UTF-16 near line ${line}. Save it as UTF-8.`,
        { cause },
      );
    }
  };
  for await (const piece of pieces) {
    const text = decode(piece);
    line += text.split('\n').length - 1;
    yield encoder.encode(text);
  }
  yield encoder.encode(decode());
}

/** Two pieces as one. */
export function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/**
 * Checks that bytes from `from` to before `end` are UTF-8 text.
 * @param bytes whole lines; the lines before `from` are known to be text
 * @param line the number of the first line of all
 * @throws UserError with the line and the byte that is wrong
 */
export function checkText(
  bytes: Uint8Array,
  from: number,
  end: number,
  line: number,
  path: string,
): void {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const isText = (part: Uint8Array) => {
    try {
      return !decoder.decode(part).includes('\0');
    } catch {
      return false;
    }
  };
  if (isText(bytes.subarray(from, end))) return;
  let at = 0;
  for (let number = line; at < end; number++) {
    const next = lineEnd(bytes, at, end);
    const part = bytes.subarray(at, next);
    if (!isText(part)) throw notText(part, number, path);
    at = next;
  }
}

/** Finds where the line after the one at `from` begins, after LF, CR LF or CR; `end` after the last. */
export function lineEnd(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    if (bytes[at] === 10) return at + 1;
    if (bytes[at] === 13) return at + 1 < end && bytes[at + 1] === 10 ? at + 2 : at + 1;
  }
  return end;
}

/** The place after the last line break before `end`; 0 when there is none. */
export function lastLine(bytes: Uint8Array, end: number): number {
  let at = end;
  while (at > 0 && bytes[at - 1] !== 10 && bytes[at - 1] !== 13) at--;
  return at;
}

function notText(part: Uint8Array, line: number, path: string): UserError {
  const zero = part.indexOf(0);
  if (zero >= 0) {
    return new UserError(
      `${path}: line ${line} has a zero byte: the file is no text. Give a table.`,
    );
  }
  // Bytes that are no UTF-8 become U+FFFD, the first of which is the place.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(part);
  const place = text.indexOf('\ufffd');
  const at = new TextEncoder().encode(text.slice(0, place)).length;
  const byte = part[at]!.toString(16).toUpperCase().padStart(2, '0');
  return new UserError(
    `${path}: line ${line} is not UTF-8: byte 0x${byte} in ${excerpt(text.slice(Math.max(0, place - 12), place + 12))}. Save the table as UTF-8.`,
  );
}

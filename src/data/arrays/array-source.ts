import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import { mostFileBytes, tooLarge } from '../../base/file-errors.js';
import { littleEndian, reverseElements } from '../codecs/elements.js';
import { refuseWords } from '../codecs/npy-header.js';
import { type ArrayType, isWords, type StoredType } from '../codecs/numbers.js';
import { rowMajor } from '../codecs/row-major.js';

/** An array in a file: .npy, IDX, or one of several in an archive. */
export interface ArraySource {
  /** Its name in messages. */
  readonly path: string;
  readonly type: ArrayType;
  /** Bytes of one element. */
  readonly itemBytes: number;
  readonly shape: readonly number[];
  readonly bigEndian: boolean;
  /** Tells whether the first index varies fastest, not the last. */
  readonly fortranOrder: boolean;
  /** Facts that decide its content, as JSON. */
  readonly key: unknown;
  /** Its elements, where they are in memory. */
  readonly bytes?: Uint8Array<ArrayBuffer> | undefined;
  /** Place in a file where its elements lie as they are. */
  readonly file?: { readonly path: string; readonly offset: number } | undefined;
  /** The bytes of its elements, from the first on. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** An array of numbers, not of words. */
export interface NumberSource extends ArraySource {
  readonly type: StoredType;
}

/** Bytes of examples that are handled together. */
const blockBytes = 2 ** 20;

/** Bytes of all elements. @throws UserError when a number cannot hold that many exactly */
export function arrayBytes({ shape, itemBytes, path }: ArraySource): number {
  const bytes = shape.includes(0) ? 0 : shape.reduce((total, length) => total * length, itemBytes);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new UserError(
    `${path}: shape ${formatShape(shape)} takes over 2^53 bytes. The file is damaged: save it again.`,
  );
}

/** An array of numbers. @throws UserError when it holds words */
export function numbersIn(source: ArraySource): NumberSource {
  if (!isWords(source.type)) return source as NumberSource;
  throw refuseWords(source.path);
}

/** All elements, in this machine's order and row-major. @throws UserError when they are too many */
export async function wholeArray(source: ArraySource): Promise<Uint8Array<ArrayBuffer>> {
  const size = arrayBytes(source);
  if (size > mostFileBytes) throw tooLarge(source.path, mostFileBytes);
  const whole = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of source.chunks()) {
    if (filled + chunk.length > size) throw changed(source);
    whole.set(chunk, filled);
    filled += chunk.length;
  }
  if (filled !== size) throw changed(source);
  if (isSwapped(source)) reverseElements(whole, isWords(source.type) ? 4 : source.itemBytes);
  return source.fortranOrder ? rowMajor(whole, source.itemBytes, source.shape) : whole;
}

/** Tells whether the bytes of each element must be turned round on this machine. */
export function isSwapped({ bigEndian, itemBytes, type }: ArraySource): boolean {
  return itemBytes > 1 && type !== 'bytes' && bigEndian === littleEndian;
}

/**
 * The elements, some whole examples at a time, in this machine's order and row-major. A block is
 * good until the next is asked for.
 * @throws UserError when the content is not as long as announced
 */
export async function* rowBlocks(source: NumberSource): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const size = arrayBytes(source);
  if (source.fortranOrder) {
    yield await wholeArray(source);
    return;
  }
  const rowBytes = size / source.shape[0]!;
  const block = new Uint8Array(Math.max(1, Math.floor(blockBytes / rowBytes)) * rowBytes);
  const swapped = isSwapped(source);
  const ready = (bytes: Uint8Array<ArrayBuffer>) => {
    if (swapped) reverseElements(bytes, source.itemBytes);
    return bytes;
  };
  let filled = 0;
  let total = 0;
  for await (const chunk of source.chunks()) {
    total += chunk.length;
    if (total > size) throw changed(source);
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + block.length - filled);
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === block.length) {
        yield ready(block);
        filled = 0;
      }
    }
  }
  if (total !== size) throw changed(source);
  if (filled > 0) yield ready(block.subarray(0, filled));
}

function changed(source: ArraySource): UserError {
  return new UserError(
    `${source.path}: the content is not the ${arrayBytes(source)} bytes that are announced. The file is damaged: get it again.`,
  );
}

import { UserError } from '../../base/errors.js';
import { mostFileBytes, tooLarge } from '../../base/file-errors.js';

/** DEFLATE stores at most 258 bytes in 2 bits. RFC 1951, section 3.2.5. */
const highestRatio = 1032;

/** A ratio that real data does not reach: images that are nearly all black are packed 100 to 300 times. */
const suspiciousRatio = 500;

/** A size under which nothing does harm, however it came about. */
const harmless = 2 ** 28;

/**
 * Refuses an announced size that compressed bytes cannot hold.
 * @param name the content's name in messages
 * @throws UserError
 */
export function checkRatio(size: number, compressed: number, name: string): void {
  if (size <= Math.max(compressed, 1) * highestRatio) return;
  throw new UserError(
    `${name}: ${size} bytes are announced, more than ${compressed} compressed bytes can hold. The file is damaged: get it again.`,
  );
}

/**
 * Refuses a decompression bomb: content that is large enough to do harm, and so many times larger than
 * its compressed bytes as no real data is.
 * @param size bytes of the content, announced or so far
 * @throws UserError
 */
export function refuseBomb(size: number, compressed: number, name: string): void {
  if (size <= harmless || size <= compressed * suspiciousRatio) return;
  throw new UserError(
    `${name}: ${compressed} bytes grow to ${size} or more, as no real data does. Get the file again.`,
  );
}

/** Refuses content that cannot be held in memory whole, or should not. @throws UserError */
export function checkInflatedSize(size: number, compressed: number, name: string): void {
  checkRatio(size, compressed, name);
  refuseBomb(size, compressed, name);
  if (size > mostFileBytes) throw tooLarge(name, mostFileBytes);
}

import { UserError } from '../../base/errors.js';
import { tooLarge } from '../../base/file-errors.js';
import type { FileBytes } from './file-bytes.js';
import { filesBelow, givenFile } from './given-files.web.js';

export { walk } from './walk.web.js';

/** Tells whether this place has a disk; in a browser there are only files that were given to the page. */
export const hasFiles = false;

/**
 * The whole content of a file that was given.
 * @param most bytes that it may have
 * @throws UserError when there is none, or it is larger
 */
export async function readFile(
  path: string,
  most = Number.POSITIVE_INFINITY,
): Promise<Uint8Array<ArrayBuffer>> {
  const blob = givenFile(path);
  if (!blob) throw refusal('read', path);
  if (blob.size > most) throw tooLarge(path, most);
  return bytesOf(blob, path);
}

/** A file that was given, of which parts can be read. @throws UserError when there is none */
export async function fileBytes(path: string): Promise<FileBytes> {
  const blob = givenFile(path);
  if (!blob) throw refusal('read', path);
  const modified = 'lastModified' in blob ? Number(blob.lastModified) : 0;
  const slice = (start: number, end: number) => bytesOf(blob.slice(start, end), path);
  return { path, size: blob.size, modified, slice };
}

async function bytesOf(blob: Blob, path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw new UserError(
      `Cannot read ${path}: it was moved or changed, or does not fit into memory. Give it again.`,
      { cause: error },
    );
  }
}

/** The first bytes of a file that was given, as many as it has up to `most`. @throws UserError when there is none */
export async function readStart(path: string, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const blob = givenFile(path);
  if (!blob) throw refusal('read', path);
  return new Uint8Array(await blob.slice(0, most).arrayBuffer());
}

/** @throws UserError always: a browser writes no files */
export function writeFileAtomic(path: string, _content: Uint8Array | string): Promise<void> {
  return refuse('write', path);
}

/** @throws UserError always: a browser writes no files */
export function appendFile(path: string, _content: Uint8Array | string): Promise<void> {
  return refuse('write', path);
}

/** @throws UserError always: a browser writes no files */
export function makeDirectory(path: string): Promise<void> {
  return refuse('make', path);
}

/** Tells whether such a file or folder was given. */
export async function exists(path: string): Promise<boolean> {
  return givenFile(path) !== undefined || filesBelow(path).length > 0;
}

/** Tells whether such a folder was given. */
export async function isDirectory(path: string): Promise<boolean> {
  return filesBelow(path).length > 0;
}

/** The names in a folder that was given, sorted by UTF-16 code units. */
export async function listDirectory(path: string): Promise<string[]> {
  return [...new Set(filesBelow(path).map((each) => each.split('/')[0]!))];
}

/** @throws UserError always: a browser removes no files */
export function removeFile(path: string): Promise<void> {
  return refuse('remove', path);
}

/** Finds nothing: a browser has no cache folder. */
export function findCacheDirectory(): string | undefined {
  return undefined;
}

/** @throws UserError always: a browser has no cache folder */
export function cacheDirectory(): string {
  throw refusal('use', 'the cache folder');
}

/** Finds nothing: a browser has no installed packages. */
export async function resolvePackageFile(
  _packageName: string,
  _pathInside: string,
): Promise<string | undefined> {
  return undefined;
}

async function refuse(what: string, path: string): Promise<never> {
  throw refusal(what, path);
}

function refusal(what: string, path: string): UserError {
  return new UserError(
    `Cannot ${what} ${path}: in a browser there are only files that were given to the page.`,
  );
}

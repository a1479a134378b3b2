import { UserError } from './errors.js';

/** Whether this place has files at all; in a browser it has none. */
export const hasFiles = false;

/** @throws UserError always: a browser has no files */
export function readFile(path: string, _most?: number): Promise<Uint8Array<ArrayBuffer>> {
  return refuse('read', path);
}

/** @throws UserError always: a browser has no files */
export function writeFileAtomic(path: string, _content: Uint8Array | string): Promise<void> {
  return refuse('write', path);
}

/** @throws UserError always: a browser has no files */
export function appendFile(path: string, _content: Uint8Array | string): Promise<void> {
  return refuse('write', path);
}

/** @throws UserError always: a browser has no files */
export function makeDirectory(path: string): Promise<void> {
  return refuse('make', path);
}

/** @throws UserError always: a browser has no files */
export function exists(path: string): Promise<boolean> {
  return refuse('read', path);
}

/** @throws UserError always: a browser has no files */
export function isDirectory(path: string): Promise<boolean> {
  return refuse('read', path);
}

/** @throws UserError always: a browser has no files */
export function listDirectory(path: string): Promise<string[]> {
  return refuse('read', path);
}

/** @throws UserError always: a browser has no files */
export function removeFile(path: string): Promise<void> {
  return refuse('remove', path);
}

/** @throws UserError always: a browser has no files */
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
    `Cannot ${what} ${path}: files need Node. In a browser, fetch the bytes and give those.`,
  );
}

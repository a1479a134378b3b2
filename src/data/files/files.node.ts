import * as fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../base/errors.js';
import { attempt, codeOf, mostFileBytes, tooLarge } from '../../base/file-errors.js';
import { home } from '../../base/home.node.js';
import { openAtomic, syncFolder } from './atomic-file.node.js';
import { statFile } from './stat-file.node.js';

export { fileBytes } from './file-bytes.node.js';
export { walk } from './walk.node.js';

/** Tells whether this place has files at all; in a browser it has none. */
export const hasFiles = true;

/**
 * The whole content of a file.
 * @param most bytes that it may have
 * @throws UserError when it cannot be read or is larger
 */
export function readFile(path: string, most = mostFileBytes): Promise<Uint8Array<ArrayBuffer>> {
  return attempt('read', path, async () => {
    const { size } = await statFile(path);
    if (size > most) throw tooLarge(path, most);
    const { buffer, byteOffset, byteLength } = await fs.readFile(path);
    return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  });
}

/** The first bytes of a file, as many as it has up to `most`. @throws UserError when it cannot be read */
export function readStart(path: string, most: number): Promise<Uint8Array<ArrayBuffer>> {
  return attempt('read', path, async () => {
    await statFile(path);
    const handle = await fs.open(path);
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(most), 0, most, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  });
}

/**
 * Writes a file whole or not at all: whatever happens, the path holds the old content or the new,
 * and once this resolves the new content survives a power cut. A symbolic link at the path is
 * replaced, not followed.
 * @throws UserError when it cannot be written
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const file = await openAtomic(path);
  try {
    await file.add(content);
    await file.commit();
  } finally {
    await file.discard();
  }
}

/**
 * Makes a folder and the folders above it that are missing: all of them or none. Once this resolves
 * they survive a power cut.
 * @throws UserError when it cannot
 */
export function makeDirectory(path: string): Promise<void> {
  return attempt('make', path, async () => {
    await makeLevels(path);
  });
}

/**
 * Makes the folders of a path that are missing and returns them, outermost first. Node's own
 * recursive `mkdir` never returns where a system answers ENOENT below a folder that is there, as
 * /proc does.
 */
async function makeLevels(path: string): Promise<string[]> {
  if ((await kindOf(path)) === 'folder') return [];
  const parent = dirname(path);
  const made = (await kindOf(parent)) === undefined ? await makeLevels(parent) : [];
  try {
    await fs.mkdir(path);
    await syncFolder(parent);
    return [...made, path];
  } catch (error) {
    // Another process may have been faster.
    if (codeOf(error) === 'EEXIST' && (await kindOf(path)) === 'folder') return made;
    for (const folder of made.reverse()) await fs.rmdir(folder).catch(() => undefined);
    if (codeOf(error) === 'ENOENT' && (await kindOf(parent)) === 'folder') {
      throw Object.assign(new Error('no folders here', { cause: error }), { code: 'NO_FOLDERS' });
    }
    throw error;
  }
}

/** Adds to the end of a file, which is made where there is none. @throws UserError when it cannot be written */
export function appendFile(path: string, content: Uint8Array | string): Promise<void> {
  return attempt('write', path, () => fs.appendFile(path, content));
}

/** Tells whether there is a file or a folder. @throws UserError when that cannot be known */
export async function exists(path: string): Promise<boolean> {
  return (await kindOf(path)) !== undefined;
}

/** Tells whether there is a folder. @throws UserError when that cannot be known */
export async function isDirectory(path: string): Promise<boolean> {
  return (await kindOf(path)) === 'folder';
}

/** The names in a folder, sorted by UTF-16 code units. @throws UserError when it cannot be read */
export function listDirectory(path: string): Promise<string[]> {
  return attempt('read', path, async () => (await fs.readdir(path)).sort());
}

/** Removes a file; a missing one is no error. @throws UserError when it cannot be removed */
export function removeFile(path: string): Promise<void> {
  return attempt('remove', path, () => fs.rm(path, { force: true }));
}

/**
 * The user's folder for files that can be had again, by the system's convention; it may not exist.
 * The package env-paths knows it too, but cannot be imported by a user without a home.
 * @returns undefined when the user has neither a home nor another folder for it
 */
export function findCacheDirectory(): string | undefined {
  const { env, platform } = process;
  const above = home();
  const below = (...path: string[]) => (above ? join(above, ...path) : undefined);
  if (platform === 'win32') {
    const local = env.LOCALAPPDATA || below('AppData', 'Local');
    return local && join(local, 'vaekit', 'Cache');
  }
  if (platform === 'darwin') return below('Library', 'Caches', 'vaekit');
  const caches = env.XDG_CACHE_HOME || below('.cache');
  return caches && join(caches, 'vaekit');
}

/** Gives the folder that `findCacheDirectory` finds. @throws UserError when there is none */
export function cacheDirectory(): string {
  const found = findCacheDirectory();
  if (found !== undefined) return found;
  throw new UserError(
    'There is no home folder to keep data in. Set HOME (LOCALAPPDATA on Windows) to a folder that can be written.',
  );
}

/**
 * A file of an npm package that may or may not be installed, beside vaekit or beside the project
 * in the working folder.
 * @param pathInside from the package's own folder, with forward slashes
 * @returns where the file is; undefined when there is none
 */
export async function resolvePackageFile(
  packageName: string,
  pathInside: string,
): Promise<string | undefined> {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    // Looking the folders up, rather than resolving a module, finds files that `exports` hides.
    for (const folder of createRequire(from).resolve.paths(packageName) ?? []) {
      const path = resolve(folder, packageName, pathInside);
      if ((await kindOf(path)) === 'file') return path;
    }
  }
  return undefined;
}

function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  return attempt('read', path, async () => {
    try {
      return (await fs.stat(path)).isDirectory() ? 'folder' : 'file';
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined;
      throw error;
    }
  });
}

import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { attempt, codeOf } from '../../base/file-errors.js';

/** A file that is being written beside its place, which it takes once it is whole. */
export interface AtomicFile {
  /** Adds to its end. @throws UserError when it cannot be written; then only `discard` is left */
  add(content: Uint8Array | string): Promise<void>;
  /**
   * Puts it in its place. Once this resolves, the new content survives a power cut.
   * @throws UserError when it cannot be written
   */
  commit(): Promise<void>;
  /** Gives it up, where it is not in its place yet. */
  discard(): Promise<void>;
}

/** Files that are not to outlive the process. */
const passing = new Set<string>();
let isWatching = false;

/**
 * Has a file removed when the process ends, unless the process is killed.
 * @returns a function that takes that back
 */
export function removeAtExit(path: string): () => void {
  passing.add(path);
  if (!isWatching) {
    process.on('exit', () => {
      for (const each of passing) rmSync(each, { force: true });
    });
  }
  isWatching = true;
  return () => {
    passing.delete(path);
  };
}

/**
 * Begins a file that comes whole or not at all: whatever happens, the path holds the old content or the
 * new. A symbolic link at the path is replaced, not followed.
 * @throws UserError when it cannot be written
 */
export function openAtomic(path: string): Promise<AtomicFile> {
  return attempt('write', path, async () => {
    const folder = dirname(path);
    // Rename is atomic within one file system only, so the temporary file lies beside the target.
    const temporary = join(folder, `.vaekit-${randomBytes(8).toString('hex')}.tmp`);
    const handle = await fs.open(temporary, 'wx');
    const keep = removeAtExit(temporary);
    let [isOpen, isWhole] = [true, false];
    const close = async () => {
      if (isOpen) await handle.close();
      isOpen = false;
    };
    return {
      add: (content) => attempt('write', path, () => handle.appendFile(content)),
      commit: () =>
        attempt('write', path, async () => {
          try {
            await handle.sync();
          } finally {
            await close();
          }
          await fs.rename(temporary, path);
          isWhole = true;
          keep();
          await syncFolder(folder);
        }),
      async discard() {
        await close().catch(() => undefined);
        if (!isWhole) await fs.rm(temporary, { force: true });
        keep();
      },
    };
  });
}

/** Makes names in a folder survive a power cut, where the system lets folders be opened for that. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await fs.open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!['EACCES', 'EBADF', 'EINVAL', 'EISDIR', 'ENOTSUP', 'EPERM'].includes(codeOf(error))) {
      throw error;
    }
  }
}

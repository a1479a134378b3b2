import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../base/errors.js';
import { attempt, codeOf } from '../base/file-errors.js';
import { removeAtExit } from '../data/files/atomic-file.node.js';

/** The process that trains a run. */
interface Owner {
  readonly pid: number;
  /** Start of the process, in the system's own words: a number alone is soon another's. */
  readonly process: string;
  readonly host: string;
  /** Time when the lock was taken. */
  readonly since: string;
}

/** The file of a run's folder that tells which process trains it. */
export const lockFile = 'lock.json';

/** Tells when a process started; empty when there is no such process, undefined when that is not known. */
async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    try {
      const [stat, boot] = await Promise.all([
        readFile(`/proc/${pid}/stat`, 'utf8'),
        readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      ]);
      // The name, in parentheses, may hold spaces; the start is the 22nd field, the state the 3rd.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? '' : `${boot.trim()}/${fields[19]}`;
    } catch (error) {
      return codeOf(error) === 'ENOENT' ? '' : undefined;
    }
  }
  if (process.platform === 'win32') return undefined;
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim();
  } catch (error) {
    return codeOf(error) === '1' ? '' : undefined;
  }
}

/** Tells whether the owner may still be training. */
async function mayLive(owner: Owner): Promise<boolean> {
  // Processes elsewhere are unknown.
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const started = await startOf(owner.pid);
  return started === undefined || owner.process === '' || started === owner.process;
}

/** The process of this machine that trains a run now; undefined where none does, as far as is known. */
export async function trainerOf(folder: string): Promise<number | undefined> {
  const owner = await ownerIn(join(folder, lockFile));
  if (!owner || owner.host !== hostname() || owner.pid === process.pid) return undefined;
  return (await mayLive(owner)) ? owner.pid : undefined;
}

/** The owner that a lock names; undefined when there is no lock, or nothing that can be read. */
async function ownerIn(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

/**
 * Takes a run for this process, so that no other trains it at the same time. The lock of a process
 * that has died is taken over.
 * @returns gives the run back
 * @throws UserError when another process trains it, or when the folder cannot be written
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, lockFile);
  const mine = join(folder, `.vaekit-${randomBytes(8).toString('hex')}.tmp`);
  const owner: Owner = {
    pid: process.pid,
    process: (await startOf(process.pid)) ?? '',
    host: hostname(),
    since: new Date().toISOString(),
  };
  await attempt('write', path, () => writeFile(mine, `${JSON.stringify(owner)}\n`, { flag: 'wx' }));
  try {
    for (;;) {
      try {
        await linkOrCopy(mine, path);
        const keep = removeAtExit(path);
        return async () => {
          await rm(path, { force: true });
          keep();
        };
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') await attempt('write', path, () => Promise.reject(error));
      }
      const other = await ownerIn(path);
      if (other && (await mayLive(other))) {
        const where = other.host === hostname() ? '' : ` on ${other.host}`;
        throw new UserError(
          `${folder} is being trained by process ${other.pid}${where} since ${other.since}. Wait for it or stop it; if there is no such process, remove ${path}.`,
        );
      }
      await takeAway(path, other);
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/** Puts a file in a place where there is none yet, whole: unlike a rename, a link replaces nothing. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // Some file systems, such as exFAT, have no links.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error))) throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}

/** Removes the lock of a dead owner, unless another process has been faster and locked anew. */
async function takeAway(path: string, dead: Owner | undefined): Promise<void> {
  const aside = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    await attempt('write', path, () => Promise.reject(error));
  }
  const found = await ownerIn(aside);
  if (JSON.stringify(found) !== JSON.stringify(dead)) {
    await link(aside, path).catch(() => undefined);
  }
  await rm(aside, { force: true });
}

import { UserError } from './errors.js';
import { isError } from './realm.js';

/** Most bytes of a file that is read whole, Node's limit. A file that unpacks to more is refused too. */
export const mostFileBytes = 2 ** 31 - 1;

/** The meaning of the system's error codes, and the way out. */
const explanations: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied. Check who owns it, or choose another place.',
  EBUSY: 'another program is using it. Close that program.',
  EDQUOT: 'your disk quota is used up. Free some space, then try again.',
  EEXIST: 'a file of that name is in the way. Choose another name, or move the file.',
  EFBIG: 'the file would be larger than is allowed here. Choose another place.',
  EIO: 'the disk failed. Check the disk, or choose another place.',
  EISDIR: 'it is a folder. Give a file.',
  ELOOP: 'its symbolic links lead in a circle. Mend the links.',
  EMFILE: 'too many files are open. Close some, or raise the limit (ulimit -n).',
  ENAMETOOLONG: 'the name is too long. Choose a shorter one.',
  ENFILE: 'too many files are open on this machine. Close some programs.',
  ENOENT: 'there is no such file or folder. Check the path.',
  ENOSPC: 'the disk is full. Free some space, then try again.',
  ENOTDIR: 'a part of the path is a file, not a folder. Check the path.',
  EPERM: 'the system does not allow it. Check who owns it, or choose another place.',
  EROFS: 'the disk is read-only. Choose another place.',
  NO_FOLDERS: 'this place takes no new folders. Choose another place.',
  NO_FILE: 'it is a device or pipe, not a file. Give a file.',
  ERR_INVALID_ARG_VALUE: 'the path has characters that no path can have. Check the path.',
};

/**
 * The result of an action on a file.
 * @param what the action, as in 'Cannot read'
 * @throws UserError in place of the system's errors that a user can mend
 */
export async function attempt<T>(what: string, path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const explanation = explanationOf(error);
    if (!explanation) throw error;
    throw new UserError(`Cannot ${what} ${shown(path)}: ${explanation}`, { cause: error });
  }
}

/** The meaning of the system's error, and the way out; undefined for others. */
export function explanationOf(error: unknown): string | undefined {
  return explanations[codeOf(error)];
}

/** The system's code of an error; empty when it has none. */
export function codeOf(error: unknown): string {
  return isError(error) && 'code' in error ? String(error.code) : '';
}

/** The error of a file with more bytes than are read whole. */
export function tooLarge(path: string, most: number): UserError {
  const limit = `${Math.round(most / 2 ** 20)} MiB`;
  return new UserError(
    `Cannot read ${shown(path)}: it is larger than ${limit}. Check that it is the right file, or split it.`,
  );
}

/** A path on one line, cut short if it is longer than a system's paths may be. */
function shown(path: string): string {
  const short = path.length > 1024 ? `${path.slice(0, 1024)}…` : path;
  return short.replace(/\p{Cc}/gu, '\uFFFD');
}

import { homedir } from 'node:os';
import { codeOf } from './file-errors.js';

/** The user's home; undefined where there is none, as for users of containers that have no entry. */
export function home(): string | undefined {
  try {
    return homedir() || undefined;
  } catch (error) {
    if (codeOf(error) !== 'ERR_SYSTEM_ERROR') throw error;
    return undefined;
  }
}

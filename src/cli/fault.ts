import { UserError } from '../base/errors.js';
import { explanationOf } from '../base/file-errors.js';
import { isError } from '../base/realm.js';

/** The exit code of errors that the user can mend. */
export const userErrorCode = 2;

/** The meaning of an error of the system or of its memory; undefined for others. */
function systemWords(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const explanation = explanationOf(error);
  if (explanation !== undefined) {
    return 'path' in error ? `${String(error.path)}: ${explanation}` : explanation;
  }
  const isMemory = /bad_alloc|allocat|Invalid (typed )?array (buffer )?length|out of memory/i;
  return isMemory.test(error.message)
    ? 'There is not enough memory for this. Use a smaller --batch-size, smaller images (--resize), fewer units, or a smaller --count.'
    : undefined;
}

/** A fault as a line for people, and the exit code that it means. */
export function lineOf(error: unknown): { line: string; code: number } {
  const known = error instanceof UserError ? error.message : systemWords(error);
  const message = known ?? (isError(error) ? error.message : String(error));
  const bug = known === undefined ? ' (this should not happen: please report it)' : '';
  // Names from files must not write lines of their own, nor move the terminal's cursor.
  const line = message.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return { line: `${line}${bug}`, code: known === undefined ? 1 : userErrorCode };
}

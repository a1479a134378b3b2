import { UserError } from '../../base/errors.js';
import { refuseKnown } from '../files/foreign.js';
import { packedMark } from './text-file.js';

/** Texts that bear the name of a table and are something else, by their first line. */
const texts: readonly (readonly [RegExp, string])[] = [
  [/^<\?xml/i, 'it is XML, which is not read. Save it as CSV.'],
  [/^@relation\b/i, 'it is an ARFF file, which is not read. Save it as CSV.'],
];

/**
 * Refuses a file that is known to be no table.
 * @param head its first bytes, packed or not
 * @param line its first line, unpacked
 */
export async function refuseForeign(head: Uint8Array, line: string, path: string): Promise<void> {
  // Archives are unpacked here.
  if (packedMark(head) === undefined) await refuseKnown(path);
  const found = texts.find(([pattern]) => pattern.test(line));
  if (found) throw new UserError(`${path}: ${found[1]}`);
}

import { UserError } from '../../base/errors.js';

/** Files that bear the name of a table and are something else, by how they begin. */
const foreign: readonly (readonly [RegExp, string])[] = [
  [/^<(!doctype|html)/i, 'it is a web page, not a table. Download the file itself.'],
  [/^<\?xml/i, 'it is XML, which is not read. Save it as CSV.'],
  [
    /^version https:\/\/git-lfs/,
    "it is Git LFS's pointer to a file. Get the file by git lfs pull.",
  ],
  [/^@relation\b/i, 'it is an ARFF file, which is not read. Save it as CSV.'],
  [/^%PDF-/, 'it is a PDF, which is not read. Save its table as CSV.'],
];

/** Refuses a file that is no table. @param line its first line */
export function refuseForeign(line: string, path: string): void {
  const found = foreign.find(([pattern]) => pattern.test(line));
  if (found) throw new UserError(`${path}: ${found[1]}`);
}

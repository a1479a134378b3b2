import { readFile } from '#files';
import { UserError } from '../../base/errors.js';
import { bytesOf } from '../arrays/file-bytes.js';
import { idxArray } from '../arrays/idx-array.js';
import { labelsOfArray } from '../arrays/label-array.js';
import { npyArray } from '../arrays/npy-array.js';
import { isGzip } from '../files/gzip.js';
import { type Labels, labelsFromWords } from '../labels.js';

/**
 * Labels from a file of their own: .npy, IDX (plain or gzip), or text with one label a line, which
 * may begin with a line `label`.
 * @throws UserError when the file cannot be read or holds something else
 */
export async function readLabelFile(path: string): Promise<Labels> {
  const bytes = await readFile(path);
  const isNpy = bytes[0] === 0x93;
  if (!isNpy && bytes[0] !== 0 && !isGzip(bytes))
    return labelsFromWords(linesOf(bytes, path), path);
  const array = isNpy ? await npyArray(bytesOf(bytes, path)) : await idxArray(bytes, path);
  const { labels, reason } = await labelsOfArray(array);
  if (labels) return labels;
  throw new UserError(`${reason}. Give labels as [N], whole numbers or words.`);
}

function linesOf(bytes: Uint8Array, path: string): string[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(
      `${path}: these are no labels. Give an .npy or IDX file, or text with one label a line.`,
    );
  }
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  if (/^"?labels?"?$/i.test(lines[0] ?? '')) lines.shift();
  const wide = lines.findIndex((line) => /[\t,;]/.test(line));
  if (wide >= 0) {
    throw new UserError(
      `${path}: line ${wide + 1} has several columns. Give one label a line, in the order of the examples.`,
    );
  }
  return lines;
}

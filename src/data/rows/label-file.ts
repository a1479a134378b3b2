import { Tensor } from 'onnxruntime-common';
import { readFile } from '#files';
import { UserError } from '../../base/errors.js';
import { parseIdx } from '../codecs/idx.js';
import { decodeNpy } from '../codecs/npy.js';
import { isGzip } from '../files/gzip.js';
import { type Labels, labelsFrom, labelsFromWords } from '../labels.js';

/**
 * Labels from a file of their own: .npy, IDX (plain or gzip), or text with one label a line, which
 * may begin with a line `label`.
 * @throws UserError when the file cannot be read or holds something else
 */
export async function readLabelFile(path: string): Promise<Labels> {
  const bytes = await readFile(path);
  if (bytes[0] === 0x93) return { labels: labelsFrom(decodeNpy(bytes, path), path) };
  if (bytes[0] === 0 || isGzip(bytes)) {
    const { dtype, values, shape } = await parseIdx(bytes, path);
    return { labels: labelsFrom(new Tensor(dtype, values, shape), path) };
  }
  return labelsFromWords(linesOf(bytes, path), path);
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

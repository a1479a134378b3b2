import { readFile } from '#files';
import type { Dataset } from '../dataset.js';
import type { NumberSource } from './array-source.js';
import type { ArrayAxes } from './axes.js';
import { bytesOf, type FileBytes } from './file-bytes.js';
import type { Scale } from './scale.js';

/** A file that was given to the page, in memory. @throws UserError when there is none */
export async function fileBytes(path: string): Promise<FileBytes> {
  return bytesOf(await readFile(path), path);
}

/** Says no: in a browser all examples are in memory. */
export function staysInFile(_source: NumberSource, _memoryLimit?: number): boolean {
  return false;
}

/** Gives nothing: there is no array that stays in its file. */
export async function* sampleOfFile(
  _source: NumberSource,
): AsyncGenerator<{ start: number; bytes: Uint8Array<ArrayBuffer> }> {}

/** @throws Error always: there is no array that stays in its file */
export async function examplesInFile(
  source: NumberSource,
  _axes: ArrayAxes,
  _scale: Scale,
  _name: string,
): Promise<Dataset> {
  throw new Error(`${source.path} is in memory`);
}

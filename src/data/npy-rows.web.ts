import { readFile } from '#files';
import { arrangeRows, arrayLayout, pixels, pixelType } from './array-images.js';
import { type Dataset, fromArray } from './dataset.js';
import type { ElementType } from './elements.js';
import type { GatherOptions } from './gather.js';
import { decodeNpy } from './npy.js';

/** An .npy file that was given to the page. */
export interface NpySource {
  /** What it is called in messages. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** An .npy file that was given to the page. @throws UserError when there is none */
export async function npyFileSource(path: string): Promise<NpySource> {
  return { path, bytes: await readFile(path) };
}

/**
 * The examples of an .npy file, in memory.
 * @throws UserError when the file is no .npy file, or holds no images or vectors
 */
export async function npyDataset(
  { path, bytes }: NpySource,
  name: string,
  _options?: GatherOptions,
): Promise<Dataset> {
  const { type, dims, data } = decodeNpy(bytes, path);
  pixelType(type, path);
  const layout = arrayLayout(dims, path);
  return fromArray(arrangeRows(pixels(type as ElementType, data), layout), layout.shape, { name });
}

import { readFile } from '#files';
import type { ElementType } from '../codecs/elements.js';
import { decodeNpy } from '../codecs/npy.js';
import { type NpySource, wholeOf } from '../codecs/npy-source.js';
import { type Dataset, fromArray } from '../dataset.js';
import { arrangeRows, arrayLayout, pixels, pixelType } from './array-images.js';
import type { GatherOptions } from './gather.js';

/** An .npy file that was given to the page. @throws UserError when there is none */
export async function npyFileSource(path: string): Promise<NpySource> {
  const bytes = await readFile(path);
  return {
    path,
    size: bytes.length,
    key: ['npy', path],
    async *chunks() {
      yield bytes;
    },
  };
}

/**
 * The examples of an .npy file, in memory.
 * @throws UserError when the file is no .npy file, or holds no images or vectors
 */
export async function npyDataset(
  source: NpySource,
  name: string,
  _options?: GatherOptions,
): Promise<Dataset> {
  const { path } = source;
  const { type, dims, data } = decodeNpy(await wholeOf(source), path);
  pixelType(type, path);
  const layout = arrayLayout(dims, path);
  return fromArray(arrangeRows(pixels(type as ElementType, data), layout), layout.shape, { name });
}

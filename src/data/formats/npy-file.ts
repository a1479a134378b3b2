import { entriesBeside, entryOfFile } from '../arrays/files.js';
import { openArrays } from '../arrays/open-arrays.js';
import type { DataFormat } from './format.js';
import { dataName } from './idx-dataset.js';

/** One .npy file of images or vectors; labels are taken from beside it. */
export const npyFile: DataFormat = {
  reads: 'an .npy file of images or vectors',
  uses: ['label', 'layout', 'shape', 'missing'],
  async open({ path, entries }, options) {
    if (entries || !/\.npy$/i.test(path)) return undefined;
    const name = dataName(path).replace(/\.npy$/i, '');
    const { columns: _, ...rest } = options;
    return openArrays(
      { name, path, entries: [entryOfFile(path)!], beside: await entriesBeside(path) },
      rest,
    );
  },
};

import { readStart } from '#files';
import { entriesBeside, entryOfFile, npyOfFile } from '../arrays/files.js';
import { openArrays } from '../arrays/open-arrays.js';
import { isNpy } from '../files/marks.js';
import type { DataFormat } from './format.js';
import { dataName } from './idx-dataset.js';

/** One .npy file of images or vectors; labels are taken from beside it. */
export const npyFile: DataFormat = {
  reads: 'an .npy file of images or vectors',
  uses: ['label', 'layout', 'shape', 'missing'],
  async open({ path, entries }, options) {
    if (entries) return undefined;
    const named = /\.npy(\.gz)?$/i.test(path) ? entryOfFile(path) : undefined;
    // NumPy's files are known by their beginning, under any name.
    if (!named && !isNpy(await readStart(path, 8))) return undefined;
    const name = dataName(path).replace(/\.npy$/i, '');
    const { columns: _, ...rest } = options;
    return openArrays(
      {
        name,
        path,
        entries: [named ?? { key: name, open: () => npyOfFile(path) }],
        beside: await entriesBeside(path),
      },
      rest,
    );
  },
};

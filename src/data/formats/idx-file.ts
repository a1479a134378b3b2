import { readStart } from '#files';
import { entriesBeside, entryOfFile } from '../arrays/files.js';
import { idxArray } from '../arrays/idx-array.js';
import { openArrays } from '../arrays/open-arrays.js';
import { isIdx } from '../codecs/idx.js';
import { plainStart } from '../files/gzip.js';
import type { DataFormat } from './format.js';
import { dataName } from './idx-dataset.js';

/** Bytes that show the kind of a file. */
const startBytes = 4096;

/** One IDX file of images, whatever its name; labels are taken from beside it, if it is named as MNIST's files are. */
export const idxFile: DataFormat = {
  reads: 'an IDX file of images',
  uses: ['label', 'layout', 'shape', 'missing'],
  async open({ path, entries }, options) {
    if (entries) return undefined;
    const named = entryOfFile(path);
    // A file of such a name is an IDX file, or a damaged one.
    if (!named && !isIdx(await plainStart(await readStart(path, startBytes)))) return undefined;
    const name = dataName(path);
    const entry = named ?? { key: name, open: () => idxArray(path, path) };
    const { columns: _, ...rest } = options;
    return openArrays({ name, path, entries: [entry], beside: await entriesBeside(path) }, rest);
  },
};

import { readStart } from '#files';
import { openArrays } from '../arrays/open-arrays.js';
import { hdf5Arrays, isHdf5 } from '../codecs/hdf5.node.js';
import type { DataFormat } from './format.js';
import { dataName } from './idx-dataset.js';

/** An HDF5 file: arrays `images` and `labels`, `x_train` and the like, as in an .npz file. */
export const hdf5File: DataFormat = {
  reads: 'an HDF5 file (.h5) with images and the like',
  uses: ['columns', 'label', 'layout', 'shape', 'missing'],
  async open({ path, entries }, options) {
    if (entries || !isHdf5(await readStart(path, 8))) return undefined;
    const name = dataName(path).replace(/\.(h5|hdf5|he5)$/i, '');
    return openArrays({ name, path, entries: await hdf5Arrays(path) }, options);
  },
};

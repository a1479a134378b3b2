import { readStart } from '#files';
import { entriesBeside, refuseOther } from '../arrays/files.js';
import { npyArray } from '../arrays/npy-array.js';
import { openArrays } from '../arrays/open-arrays.js';
import { isZip, isZipOf } from '../files/marks.js';
import type { DataFormat } from './format.js';
import { dataName } from './idx-dataset.js';

/**
 * An .npz file: arrays `x_train`, `y_train`, `x_test`, `y_test` as in Keras's mnist.npz,
 * `train_images`, `val_images` and so on as in MedMNIST, or one array of examples and perhaps one of
 * labels.
 */
export const npzFile: DataFormat = {
  reads: 'an .npz file with x_train and the like, or with one array',
  uses: ['columns', 'label', 'layout', 'shape', 'missing'],
  async open({ path, entries }, options) {
    if (entries) return undefined;
    // An archive whose first file is an array is an .npz file, under any name.
    if (/\.npz$/i.test(path)) await refuseOther(path, isZip);
    else if (!isZipOf(await readStart(path, 300), /\.npy$/)) return undefined;
    // The library for archives is loaded only when there is one.
    const { npzArrays } = await import('../codecs/npz.js');
    const arrays = [...(await npzArrays(path))].map(([key, file]) => ({
      key,
      open: () => npyArray(file),
    }));
    const name = dataName(path).replace(/\.(npz|zip)$/i, '');
    const [only] = arrays;
    // The sole array of a file has the file's name, as in KMNIST: its labels are in another file.
    if (arrays.length === 1 && options.columns === undefined) {
      return openArrays(
        { name, path, entries: [{ ...only!, key: name }], beside: await entriesBeside(path) },
        options,
      );
    }
    return openArrays({ name, path, entries: arrays }, options);
  },
};

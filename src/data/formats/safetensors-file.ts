import { fileBytes } from '#array-file';
import { readFile } from '#files';
import { memoryArray } from '../arrays/memory-array.js';
import { openArrays } from '../arrays/open-arrays.js';
import { openSafetensors } from '../codecs/safetensors.js';
import type { DataFormat } from './format.js';
import { dataName } from './idx-dataset.js';

/** A safetensors file whose tensors are named as the arrays of an .npz file. */
export const safetensorsFile: DataFormat = {
  reads: 'a safetensors file with x_train and the like, or with one tensor',
  uses: ['columns', 'label', 'layout', 'shape', 'missing'],
  async open({ path, entries }, options) {
    if (entries || !/\.safetensors$/i.test(path)) return undefined;
    const { infos, data } = openSafetensors(await readFile(path), path);
    const { key: fileKey } = await fileBytes(path);
    const arrays = infos.map(({ key, type, shape, start, end }) => {
      const bytes = data.subarray(start, end) as Uint8Array<ArrayBuffer>;
      const shown = `${path}: ${key.replace(/\p{Cc}/gu, '\uFFFD')}`;
      const source = memoryArray({ path: shown, type, shape, bytes, key: [fileKey, key] });
      return { key, open: async () => source };
    });
    const name = dataName(path).replace(/\.safetensors$/i, '');
    return openArrays({ name, path, entries: arrays }, options);
  },
};

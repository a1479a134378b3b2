import { exists } from '#files';
import { withLabels } from '../labels.js';
import { readLabelFile } from '../rows/label-file.js';
import type { DataFormat } from './format.js';
import { dataName, idxDataset } from './idx-dataset.js';

/** One IDX file of images; labels are taken from beside it, if it is named as MNIST's files are. */
export const idxFile: DataFormat = {
  reads: 'an IDX file of images',
  uses: ['label'],
  async open({ path, entries }, options) {
    if (entries) return undefined;
    const name = dataName(path);
    if (options.label !== undefined) {
      const train = await idxDataset({ images: path, name });
      return { name, train: withLabels(train, await readLabelFile(options.label), options.label) };
    }
    const labels = await findLabels(path);
    return { name, train: await idxDataset({ images: path, labels, name }) };
  },
};

/** `train-labels-idx1-ubyte` for `train-images-idx3-ubyte`, either of them plain or gzip. */
async function findLabels(images: string): Promise<string | undefined> {
  const match = /^(.*)images([-.])idx\d([-.]ubyte)(\.gz)?$/s.exec(images);
  if (!match) return undefined;
  const [, stem, separator, ending, suffix = ''] = match;
  const plain = `${stem}labels${separator}idx1${ending}`;
  for (const path of suffix ? [`${plain}.gz`, plain] : [plain, `${plain}.gz`]) {
    if (await exists(path)) return path;
  }
  return undefined;
}

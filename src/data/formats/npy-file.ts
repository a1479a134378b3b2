import { exists } from '#files';
import { npyDataset, npyFileSource } from '#npy-rows';
import { withLabels } from '../labels.js';
import { readLabelFile } from '../rows/label-file.js';
import type { DataFormat } from './format.js';
import { dataName } from './idx-dataset.js';

/** One .npy file of images or vectors; labels are taken from beside it. */
export const npyFile: DataFormat = {
  reads: 'an .npy file of images or vectors',
  uses: ['label'],
  async open({ path, entries }, options) {
    if (entries || !/\.npy$/i.test(path)) return undefined;
    const name = dataName(path).replace(/\.npy$/i, '');
    const data = await npyDataset(await npyFileSource(path), name, options);
    const beside = options.label ?? (await findLabels(path));
    return {
      name,
      train: beside === undefined ? data : withLabels(data, await readLabelFile(beside), beside),
    };
  },
};

/** `y_train.npy` for `x_train.npy`, `labels.npy` for `images.npy`, `a_labels.npy` for `a.npy`. */
async function findLabels(path: string): Promise<string | undefined> {
  const [, folder = '', stem = '', ending = ''] = /^(.*[\\/])?([^\\/]*)(\.npy)$/i.exec(path) ?? [];
  const names = [
    stem.replace(/^x(?=$|_)/, 'y').replace(/^X(?=$|_)/, 'y'),
    stem.replace(/images|data|imgs/i, 'labels'),
    `${stem}_labels`,
    `${stem}-labels`,
    `${stem}.labels`,
  ];
  for (const name of names) {
    const labels = `${folder}${name}${ending}`;
    if (name !== stem && (await exists(labels))) return labels;
  }
  return undefined;
}

import { within } from '../../base/paths.js';
import type { DataFormat, Place } from './format.js';
import { dataName, idxDataset } from './idx-dataset.js';

/** IDX files that are named as those of MNIST; test images and labels may be missing. */
export const idxFolder: DataFormat = {
  reads: 'a folder with train-images-idx3-ubyte and the like',
  uses: [],
  async open(place) {
    const trainImages = find(place, 'train-images');
    if (!trainImages) return undefined;
    const name = dataName(place.path);
    const train = await idxDataset({
      images: trainImages,
      labels: find(place, 'train-labels'),
      name: `${name} train`,
    });
    const testImages = find(place, 't10k-images');
    if (!testImages) return { name, train };
    const test = await idxDataset({
      images: testImages,
      labels: find(place, 't10k-labels'),
      name: `${name} test`,
    });
    return { name, train, test };
  },
};

/** The path of a file, plain rather than gzip, whatever its rank. */
function find({ path, entries = [] }: Place, stem: string): string | undefined {
  const pattern = new RegExp(`^${stem}[-.]idx\\d[-.]ubyte(\\.gz)?$`);
  const name = entries.filter((entry) => pattern.test(entry)).sort()[0];
  return name && within(path, name);
}

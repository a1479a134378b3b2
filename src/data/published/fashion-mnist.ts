import {
  loadPublished,
  type PublishedOptions,
  type PublishedSet,
  type Splits,
} from './published.js';

/** Its files: names, digests, sizes and addresses. */
export const fashionMnistSet: PublishedSet = {
  title: 'Fashion-MNIST',
  folder: 'fashion-mnist',
  train: {
    images: {
      name: 'train-images-idx3-ubyte',
      sha256: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
      size: 47_040_016,
    },
    labels: {
      name: 'train-labels-idx1-ubyte',
      sha256: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
      size: 60_008,
    },
  },
  test: {
    images: {
      name: 't10k-images-idx3-ubyte',
      sha256: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
      size: 7_840_016,
    },
    labels: {
      name: 't10k-labels-idx1-ubyte',
      sha256: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
      size: 10_008,
    },
  },
  classNames: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  installed: async (name) => `/usr/share/datasets/fashion-mnist/${name}.gz`,
  package: "Debian's package dataset-fashion-mnist",
  mirrors: [
    'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
    'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
    'https://storage.googleapis.com/tensorflow/tf-keras-datasets/',
  ],
};

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of clothes, uint8, each [1, 28, 28], with
 * labels. They come from Debian's package `dataset-fashion-mnist` if it is installed, else from
 * the cache, else from a public mirror into the cache; every file is checked by its SHA-256.
 * @throws UserError when the files are to be had nowhere, saying which to put where; the signal's
 *   reason when that aborts
 */
export function fashionMnist(options?: PublishedOptions): Promise<Splits> {
  return loadPublished(fashionMnistSet, options);
}

import { npyDataset } from '#npy-rows';
import { UserError } from '../../base/errors.js';
import { excerpt } from '../../base/excerpt.js';
import { nearest } from '../../base/suggest.js';
import { decodeNpy } from '../codecs/npy.js';
import { type NpySource, npyHead, wholeOf } from '../codecs/npy-source.js';
import type { Dataset } from '../dataset.js';
import { labelsFrom, withLabels } from '../labels.js';
import type { DataFormat, FormatOptions } from './format.js';
import { dataName } from './idx-dataset.js';

/** Names of arrays in two parts: Keras's, and those of MedMNIST. */
const splits = [
  ['x_train', 'y_train', 'x_test', 'y_test'],
  ['train_images', 'train_labels', 'test_images', 'test_labels'],
] as const;

const imageNames = ['images', 'imgs', 'x', 'data', 'features', 'arr_0'];
const labelNames = ['labels', 'label', 'y', 'targets', 'target', 'arr_1'];

/**
 * An .npz file: arrays `x_train`, `y_train`, `x_test`, `y_test` as in Keras's mnist.npz, or one
 * array of examples and perhaps one of labels.
 */
export const npzFile: DataFormat = {
  reads: 'an .npz file with x_train and the like, or with one array',
  uses: ['columns', 'label'],
  async open({ path, entries }, options) {
    if (entries || !/\.npz$/i.test(path)) return undefined;
    // The library for archives is loaded only when there is one.
    const { npzArrays } = await import('../codecs/npz.js');
    const arrays = await npzArrays(path);
    const name = dataName(path).replace(/\.npz$/i, '');
    const find = (wanted: string) =>
      [...arrays.keys()].find((key) => key.toLowerCase() === wanted.toLowerCase());
    const part = (title: string, images: string, labels: string | undefined) =>
      partOf(
        title,
        arrays.get(images)!,
        labels === undefined ? undefined : arrays.get(labels),
        options,
      );

    if (!options.columns) {
      for (const [x, y, xTest, yTest] of splits) {
        const [train, test] = [find(x), find(xTest)];
        if (!train) continue;
        if (!test) return { name, train: await part(name, train, labelKey(y)) };
        return {
          name,
          train: await part(`${name} train`, train, labelKey(y)),
          test: await part(`${name} test`, test, find(yTest)),
        };
      }
    }
    const images = options.columns ? known(options.columns[0]!) : await imagesKey();
    const labels = labelKey(...labelNames.filter((each) => each !== images));
    return { name, train: await part(name, images, labels) };

    function known(key: string): string {
      if (arrays.has(key)) return key;
      const guess = nearest(key, [...arrays.keys()]);
      throw new UserError(
        `${path}: there is no array ${excerpt(key)}. ${guess ? `Did you mean '${guess}'?` : `It holds ${keys()}.`}`,
      );
    }

    function labelKey(...names: readonly string[]): string | undefined {
      if (options.label !== undefined) return known(options.label);
      return names.map(find).find((key) => key !== undefined);
    }

    async function imagesKey(): Promise<string> {
      const named = imageNames.map(find).find((key) => key !== undefined);
      if (named !== undefined) return named;
      const candidates: string[] = [];
      for (const [key, source] of arrays) {
        if (labelNames.includes(key.toLowerCase()) || key === options.label) continue;
        if ((await npyHead(source)).shape.length > 1) candidates.push(key);
      }
      if (candidates.length === 1) return candidates[0]!;
      throw new UserError(
        `${path}: it is not clear which array holds the examples: it holds ${keys()}. Name it by columns (--columns).`,
      );
    }

    function keys(): string {
      const all = [...arrays.keys()];
      return `${all
        .slice(0, 8)
        .map((key) => excerpt(key, 30))
        .join(', ')}${all.length > 8 ? ', …' : ''}`;
    }
  },
};

async function partOf(
  name: string,
  images: NpySource,
  labels: NpySource | undefined,
  options: FormatOptions,
): Promise<Dataset> {
  const dataset = await npyDataset(images, name, options);
  if (!labels) return dataset;
  const values = labelsFrom(decodeNpy(await wholeOf(labels), labels.path), labels.path);
  return withLabels(dataset, { labels: values }, labels.path);
}

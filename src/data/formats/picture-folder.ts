import { readFile } from '#files';
import { listPictures } from '#pictures';
import { UserError } from '../../base/errors.js';
import { type Labels, labelsFromWords } from '../labels.js';
import type { PictureFile } from '../pictures/picture.js';
import { gatherPictures, type PictureSource } from '../rows/gather-pictures.js';
import { readLabelFile } from '../rows/label-file.js';
import type { DataFormat, FormatOptions } from './format.js';
import { dataName } from './idx-dataset.js';

/** Most bytes of a picture's file, compressed or not. */
const mostPictureBytes = 2 ** 28;

/** Subfolders that hold the part kept from training, beside one named `train`. */
const testFolders = ['test', 'val', 'valid', 'validation'];

/**
 * A folder of pictures, with all in its subfolders. When every picture lies in a subfolder, those of
 * the first level are the classes. A folder with `train` and `test` (or `val`) holds two such.
 */
export const pictureFolder: DataFormat = {
  reads: 'a folder of pictures',
  uses: ['resize', 'crop', 'channels', 'strict', 'label'],
  async open({ path, entries }, options) {
    if (!entries) return undefined;
    const files = await listPictures(path);
    if (files.length === 0) return undefined;
    const name = dataName(path);
    const testFolder = testFolders.find((each) => files.some(({ parts }) => parts[0] === each));
    const whole = files.every(({ parts }) => parts[0] === 'train' || parts[0] === testFolder);
    if (!testFolder || !whole || !files.some(({ parts }) => parts[0] === 'train')) {
      const { dataset, skipped } = await gatherPictures(
        sourceOf(name, files, await labelsOf(name, files, options)),
        options,
      );
      return { name, train: dataset, ...(skipped.length > 0 ? { skipped } : {}) };
    }
    if (options.label !== undefined) {
      throw new UserError(
        `${path}: a file of labels does not tell train from ${testFolder}. Use subfolders as labels, or give one of the two folders.`,
      );
    }
    const classes = labelsOfFolders(
      files.map(({ parts, ...file }) => ({ ...file, parts: parts.slice(1) })),
      name,
    );
    const part = (folder: string) => {
      const kept = files.flatMap((file, i) => (file.parts[0] === folder ? [i] : []));
      return sourceOf(
        `${name} ${folder}`,
        kept.map((i) => files[i]!),
        classes && { ...classes, labels: kept.map((i) => classes.labels[i]!) },
      );
    };
    const train = await gatherPictures(part('train'), options);
    const [channels, height, width] = train.dataset.shape as [1 | 3, number, number];
    // The test part is brought to the channels of the training part, whatever its own are.
    const test = await gatherPictures(part(testFolder), { ...options, channels });
    if (test.dataset.shape.join() !== train.dataset.shape.join()) {
      const [, otherHeight, otherWidth] = test.dataset.shape;
      throw new UserError(
        `${path}: pictures in train are ${height} high and ${width} wide, those in ${testFolder} ${otherHeight} and ${otherWidth}. Give resize (--resize) to bring all to one size.`,
      );
    }
    const skipped = [...train.skipped, ...test.skipped];
    return {
      name,
      train: train.dataset,
      test: test.dataset,
      ...(skipped.length > 0 ? { skipped } : {}),
    };
  },
};

function sourceOf(
  name: string,
  files: readonly PictureFile[],
  labels: Labels | undefined,
): PictureSource {
  return {
    name,
    count: files.length,
    key: files.map(({ path, size, modified }) => [path, size, modified]),
    labels,
    *pictures() {
      for (const { path } of files)
        yield { name: path, bytes: () => readFile(path, mostPictureBytes) };
    },
  };
}

async function labelsOf(
  name: string,
  files: readonly PictureFile[],
  { label }: FormatOptions,
): Promise<Labels | undefined> {
  if (label === undefined) return labelsOfFolders(files, name);
  const labels = await readLabelFile(label);
  if (labels.labels.length !== files.length) {
    throw new UserError(
      `${label}: ${labels.labels.length} labels, but ${name} holds ${files.length} pictures. Give one label a picture, in the order of their paths.`,
    );
  }
  return labels;
}

/** Subfolders as classes; undefined when some picture lies in none. */
function labelsOfFolders(files: readonly PictureFile[], name: string): Labels | undefined {
  if (files.some(({ parts }) => parts.length < 2)) return undefined;
  return labelsFromWords(
    files.map(({ parts }) => parts[0]!),
    name,
  );
}

import { UserError } from '../../base/errors.js';
import { baseName } from '../../base/paths.js';
import { numbersIn } from '../arrays/array-source.js';
import { idxArray } from '../arrays/idx-array.js';
import { labelsOfArray } from '../arrays/label-array.js';
import { readArrays } from '../arrays/read.js';
import type { DatasetOptions, TensorDataset } from '../dataset.js';
import { gatherInMemory } from '../rows/gather-memory.js';

/** Places of the images and labels of a dataset: paths of IDX files, or the bytes of such files. */
export interface IdxSource extends Omit<DatasetOptions, 'labels'> {
  readonly images: string | Uint8Array<ArrayBuffer>;
  readonly labels?: string | Uint8Array<ArrayBuffer> | undefined;
}

/**
 * A dataset from IDX files, plain or gzip. Images of shape [N, H, W] become [1, H, W] each,
 * [N, C, H, W] and [N, H, W, C] [C, H, W], and [N, features] are vectors. uint8 is kept, unless it
 * holds 0 and 1 alone; whole numbers of images from 0 to 255 become uint8, all others float32.
 * @throws UserError when a file cannot be read or is not an IDX file, when images have another rank,
 *   when labels are no classes, when images and labels differ in count, or when a value is not
 *   finite
 */
export async function idxDataset(source: IdxSource): Promise<TensorDataset> {
  const { images, labels, ...facts } = source;
  const imagesName = nameOf(images, facts.name ? `${facts.name} images` : 'images');
  const name = facts.name ?? (typeof images === 'string' ? dataName(images) : 'data');
  const array = numbersIn(await idxArray(images, imagesName));
  const { parts } = await readArrays([{ name, source: array }], { gather: gatherInMemory });
  const dataset = { ...(parts[0]!.dataset as TensorDataset), ...facts, name };
  if (labels === undefined) return dataset;

  const labelsName = nameOf(labels, facts.name ? `${facts.name} labels` : 'labels');
  const read = await labelsOfArray(await idxArray(labels, labelsName));
  if (!read.labels) {
    throw new UserError(`${read.reason}. Give labels as [N], whole numbers.`);
  }
  const { length } = read.labels.labels;
  if (length !== dataset.size) {
    throw new UserError(
      `${imagesName} holds ${dataset.size} images, but ${labelsName} holds ${length} labels. Give files that belong together.`,
    );
  }
  return { ...dataset, labels: read.labels.labels };
}

/** The name of data from an IDX file: `train-images` for `data/train-images-idx3-ubyte.gz`. */
export function dataName(path: string): string {
  const name = baseName(path)
    .replace(/\.gz$/i, '')
    .replace(/[-.]idx\d*([-.][a-z]+)?$/i, '');
  return /[^.]/.test(name) ? name : 'data';
}

function nameOf(file: string | Uint8Array, otherwise: string): string {
  return typeof file === 'string' ? file : otherwise;
}

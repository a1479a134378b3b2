import { readFile } from '#files';
import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import { baseName } from '../../base/paths.js';
import { type IdxData, parseIdx } from '../codecs/idx.js';
import { type DatasetOptions, fromArray, type TensorDataset } from '../dataset.js';

/** Where the images and labels of a dataset are: paths of IDX files, or the bytes of such files. */
export interface IdxSource extends Omit<DatasetOptions, 'labels'> {
  readonly images: string | Uint8Array<ArrayBuffer>;
  readonly labels?: string | Uint8Array<ArrayBuffer> | undefined;
}

/**
 * A dataset from IDX files, plain or gzip. Images of shape [N, H, W] become [1, H, W] each,
 * [N, C, H, W] stay [C, H, W], and [N, features] are vectors. Elements of uint8 and float32 are
 * kept, float64 becomes float32.
 * @throws UserError when a file cannot be read or is not an IDX file, when images have other
 *   elements or another rank, when labels are not whole numbers, when images and labels differ in
 *   count, or when a value is not finite
 */
export async function idxDataset(source: IdxSource): Promise<TensorDataset> {
  const { images, labels, ...options } = source;
  const imagesName = nameOf(images, options.name ? `${options.name} images` : 'images');
  const { values, shape, size } = imagesFrom(await load(images, imagesName), imagesName);
  const name = options.name ?? (typeof images === 'string' ? dataName(images) : 'data');
  if (labels === undefined) return fromArray(values, shape, { ...options, name });

  const labelsName = nameOf(labels, options.name ? `${options.name} labels` : 'labels');
  const classes = labelsFrom(await load(labels, labelsName), labelsName);
  if (classes.length !== size) {
    throw new UserError(
      `${imagesName} holds ${size} images, but ${labelsName} holds ${classes.length} labels. Give files that belong together.`,
    );
  }
  return fromArray(values, shape, { ...options, name, labels: classes });
}

/** The name of data from an IDX file: `train-images` for `data/train-images-idx3-ubyte.gz`. */
export function dataName(path: string): string {
  const name = baseName(path)
    .replace(/\.gz$/i, '')
    .replace(/[-.]idx\d*([-.]ubyte)?$/i, '');
  return /[^.]/.test(name) ? name : 'data';
}

function nameOf(file: string | Uint8Array, otherwise: string): string {
  return typeof file === 'string' ? file : otherwise;
}

async function load(file: string | Uint8Array<ArrayBuffer>, name: string): Promise<IdxData> {
  return parseIdx(typeof file === 'string' ? await readFile(file) : file, name);
}

function imagesFrom(data: IdxData, name: string) {
  const [size = 0, ...rest] = data.shape;
  if (rest.length < 1 || rest.length > 3) {
    throw new UserError(
      `${name} has shape ${formatShape(data.shape)}. Give images as [N, H, W] or [N, C, H, W], or vectors as [N, features].`,
    );
  }
  if (data.values.length === 0) {
    throw new UserError(
      `${name} holds no values: its shape is ${formatShape(data.shape)}. Give a file with images.`,
    );
  }
  return { size, shape: rest.length === 2 ? [1, ...rest] : rest, values: pixelsFrom(data, name) };
}

function pixelsFrom(data: IdxData, name: string): Uint8Array | Float32Array {
  switch (data.dtype) {
    case 'uint8':
    case 'float32':
      return data.values;
    case 'float64':
      return new Float32Array(data.values);
    default:
      throw new UserError(
        `${name} holds ${data.dtype} values. Convert images to uint8 (0 to 255) or float32.`,
      );
  }
}

function labelsFrom(data: IdxData, name: string): ArrayLike<number> {
  if (data.shape.length !== 1) {
    throw new UserError(
      `${name} has shape ${formatShape(data.shape)}. Give labels as [N], one an image.`,
    );
  }
  if (data.dtype === 'float32' || data.dtype === 'float64') {
    throw new UserError(`${name} holds ${data.dtype} values. Convert labels to whole numbers.`);
  }
  return data.values;
}

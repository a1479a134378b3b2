import { UserError } from '../../base/errors.js';
import { permutation, randomStream } from '../../base/random.js';
import type { IdColumn } from '../column.js';
import { type Dataset, type Factor, factsOf, fromArray, type TensorDataset } from '../dataset.js';

/**
 * Some examples of a dataset as a dataset, with their labels. Nothing is copied but the labels.
 * @param indices places in `dataset`, in the order that the new dataset has
 * @param name its name in messages; the name of `dataset` when left out
 * @throws UserError when a place is not in the dataset
 */
export function subset(dataset: Dataset, indices: ArrayLike<number>, name = dataset.name): Dataset {
  const places = Uint32Array.from(indices, (index) => {
    if (!Number.isInteger(index) || index < 0 || index >= dataset.size) {
      throw new UserError(`${dataset.name}: there is no example ${index} of ${dataset.size}.`);
    }
    return index;
  });
  const { shape, dtype, labels, ids, cells, factors, origin } = dataset;
  const atPlaces = (columns: readonly IdColumn[]) =>
    columns.map((column) => ({ ...column, text: (index: number) => column.text(places[index]!) }));
  return {
    name,
    size: places.length,
    shape,
    dtype,
    ...factsOf(dataset),
    ...(labels ? { labels: Int32Array.from(places, (place) => labels[place]!) } : {}),
    ...(ids ? { ids: atPlaces(ids) } : {}),
    ...(cells ? { cells: atPlaces(cells) } : {}),
    ...(factors ? { factors: factors.map((each) => levelsAt(each, places)) } : {}),
    ...(origin ? { origin: (index: number) => origin(places[index]!) } : {}),
    read(chosen, target) {
      return dataset.read(
        Uint32Array.from(chosen, (index) => places[index]!),
        target,
      );
    },
  };
}

/** A factor of the examples at places. */
function levelsAt(factor: Factor, places: ArrayLike<number>): Factor {
  return { ...factor, level: (index) => factor.level(places[index]!) };
}

/** @throws UserError when a count of examples is not a whole number from 1 */
export function checkCount({ name }: Dataset, count: number): void {
  if (Number.isInteger(count) && count >= 1) return;
  throw new UserError(`${name}: take a whole number of examples from 1, not ${count}.`);
}

/**
 * The first examples of a dataset with their labels; all of them when it has fewer. Nothing is
 * copied but the labels.
 * @throws UserError when the count is not a whole number from 1
 */
export function take(dataset: TensorDataset, count: number): TensorDataset;
export function take(dataset: Dataset, count: number): Dataset;
export function take(dataset: Dataset, count: number): Dataset {
  const { name, size, shape, labels } = dataset;
  checkCount(dataset, count);
  if (count >= size) return dataset;
  const first = Uint32Array.from({ length: count }, (_, i) => i);
  if (!isInMemory(dataset)) return subset(dataset, first);
  const width = shape.reduce((product, length) => product * length, 1);
  const values = dataset.images.data as Uint8Array | Float32Array;
  return fromArray(values.subarray(0, count * width), shape, {
    name,
    ...factsOf(dataset),
    ...(labels ? { labels: Int32Array.from(first, (i) => labels[i]!) } : {}),
  });
}

function isInMemory(dataset: Dataset): dataset is TensorDataset {
  return 'images' in dataset;
}

/**
 * Sets a part of the examples aside for validation, chosen at random by the seed: both parts are
 * views that keep the data's order, and no example is in both.
 * @param fraction how much is set aside, between 0 and 1; rounded to whole examples
 * @throws UserError when a part would be empty, or when the seed is not one
 */
export function split(
  dataset: Dataset,
  fraction: number,
  seed = 0,
): { readonly train: Dataset; readonly validation: Dataset } {
  const { size, name } = dataset;
  const count = Math.round(size * fraction);
  if (!(fraction > 0 && fraction < 1) || count < 1 || count >= size) {
    throw new UserError(
      `${name}: a validation part of ${fraction} leaves one part of ${size} examples empty. Give a fraction between 0 and 1.`,
    );
  }
  const order = permutation(randomStream(seed, 'split'), size);
  // Ascending places let a source on disk read neighbours together.
  const part = (start: number, end: number) => order.slice(start, end).sort();
  return {
    train: subset(dataset, part(count, size), `${name} train`),
    validation: subset(dataset, part(0, count), `${name} validation`),
  };
}

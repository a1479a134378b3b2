import { UserError } from '../base/errors.js';
import { augmentedShape } from '../data/changes/augment.js';
import { binarized } from '../data/changes/binarize.js';
import { centerCropped } from '../data/changes/crop.js';
import { split } from '../data/changes/split.js';
import type { Dataset } from '../data/dataset.js';
import type { FitOptions } from './settings.js';

/** The data of one training run. */
export interface FitData {
  readonly train: Dataset;
  readonly validation?: Dataset;
}

function checkShape(dataset: Dataset, given: readonly number[], wanted: readonly number[]): void {
  if (given.join() === wanted.join()) return;
  throw new UserError(
    `${dataset.name} has examples of shape [${given.join(', ')}], but the model's input is [${wanted.join(', ')}]. Make them agree.`,
  );
}

/**
 * The data to train on and the data to validate by: split off, cropped and made binary as the
 * options ask. Only changes that are new at each step are left to training.
 * @param shape the model's input
 * @param seed decides which examples are split off, and static binarization
 * @throws UserError when data, options and the model's input do not fit together
 */
export function fitData(
  shape: readonly number[],
  dataset: Dataset,
  validation: Dataset | undefined,
  { validationSplit, augment, binarize }: FitOptions,
  seed: number,
): FitData {
  if (validation && validationSplit !== undefined) {
    throw new UserError('validation and validationSplit exclude each other. Give one of them.');
  }
  const { train, validation: held } =
    validationSplit === undefined
      ? { train: dataset, validation }
      : split(dataset, validationSplit, seed);
  checkShape(train, augment ? augmentedShape(train, augment) : train.shape, shape);
  const cropped =
    held && augment?.crop && held.shape.join() !== shape.join()
      ? centerCropped(held, augment.crop)
      : held;
  if (cropped) checkShape(cropped, cropped.shape, shape);
  return {
    train: binarize === 'static' ? binarized(train, seed) : train,
    ...(cropped ? { validation: binarize ? binarized(cropped, seed) : cropped } : {}),
  };
}

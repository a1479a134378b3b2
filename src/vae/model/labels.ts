import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import type { Dataset } from '../../data/dataset.js';

/** The class of each example: whole numbers from 0. */
export type Labels = ArrayLike<number>;

/** @throws UserError when a label is not one of the classes */
function requireClasses(labels: Labels, classes: number, name: string): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (typeof label !== 'number') {
      throw new UserError(`${name}: label ${String(label)} of example ${i} is no number.`);
    }
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new UserError(
        `${name}: label ${label} of example ${i} is not one of the model's ${classes} classes, 0 to ${classes - 1}.`,
      );
    }
  }
}

/**
 * Checks a dataset's labels for a model that sees them.
 * @throws UserError when there are none, or when one is not of the model's classes
 */
export function requireLabels(data: Dataset, classes: number | undefined): void {
  if (classes === undefined) return;
  if (!data.labels) {
    throw new UserError(
      `${data.name} has no labels, but the model's objective needs them. Give data with labels.`,
    );
  }
  if (data.labels.length !== data.size) {
    throw new UserError(
      `${data.name}: ${data.size} examples but ${data.labels.length} labels. Give one label an example.`,
    );
  }
  requireClasses(data.labels, classes, data.name);
}

/**
 * Labels as a feed int64 [count]: none for models that see none.
 * @throws UserError when they are missing, too few or too many, or not of the model's classes
 */
export function labelFeed(
  labels: Labels | undefined,
  count: number,
  classes: number | undefined,
): { label?: Tensor } {
  if (classes === undefined) {
    if (!labels) return {};
    throw new UserError(
      'The model sees no labels. Leave labels out, or train with the objective conditional.',
    );
  }
  if (!labels) {
    throw new UserError(
      `The model needs the label of each example, 0 to ${classes - 1}. Give { labels }.`,
    );
  }
  if (labels.length !== count) {
    throw new UserError(
      `${count} examples but ${labels.length} labels. Give one label an example.`,
    );
  }
  requireClasses(labels, classes, 'labels');
  const values = BigInt64Array.from(Array.from(labels, BigInt));
  return { label: new Tensor('int64', values, [count]) };
}

import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import { excerpt, formatShape } from '../base/excerpt.js';
import type { Dataset } from './dataset.js';

/** Labels and, when they were words, the words by label. */
export interface Labels {
  readonly labels: ArrayLike<number>;
  readonly classNames?: readonly string[];
}

/**
 * Labels from a tensor of whole numbers, [N] or [N, 1].
 * @param name the labels' name in messages
 * @throws UserError when it has another shape, or values that are not whole numbers of 32 bits
 */
export function labelsFrom(tensor: Tensor, name: string): Int32Array {
  const { dims, type } = tensor;
  if (dims.length !== 1 && !(dims.length === 2 && dims[1] === 1)) {
    throw new UserError(
      `${name} has shape ${formatShape(dims)}. Give labels as [N], one an image.`,
    );
  }
  if (type.startsWith('float')) {
    throw new UserError(`${name} holds ${type} values. Convert labels to whole numbers.`);
  }
  return Int32Array.from(tensor.data as ArrayLike<number | bigint>, (value, i) => {
    const label = Number(value);
    if (label !== (label | 0)) {
      throw new UserError(
        `${name}: label ${i} is ${value}, over 32 bits. Number the classes from 0.`,
      );
    }
    return label;
  });
}

/** A whole number of at most 9 digits, as whole floats are written too. */
const wholeNumber = /^[-+]?\d{1,9}(\.0*)?$/;

/**
 * Labels from words: whole numbers stay as they are if all words are such (1.0 is 1), false and true are
 * 0 and 1, and other words are numbered in their sorted order: numbers by size.
 * @param name the labels' name in messages
 * @throws UserError when a word is empty
 */
export function labelsFromWords(words: readonly string[], name: string): Labels {
  const empty = words.indexOf('');
  if (empty >= 0) {
    throw new UserError(`${name}: label ${empty} is empty. Give every example a label.`);
  }
  if (words.every((word) => wholeNumber.test(word))) {
    return { labels: Int32Array.from(words, Number) };
  }
  if (words.every((word) => /^(true|false)$/i.test(word))) {
    const labels = Int32Array.from(words, (word) => Number(word.toLowerCase() === 'true'));
    return { labels, classNames: ['false', 'true'] };
  }
  const classNames = [...new Set(words)].sort();
  if (classNames.every((word) => Number.isFinite(Number(word)))) {
    classNames.sort((a, b) => Number(a) - Number(b));
  }
  const numbers = new Map(classNames.map((word, i) => [word, i]));
  return { labels: Int32Array.from(words, (word) => numbers.get(word)!), classNames };
}

/**
 * Labels for examples of which some may have been skipped.
 * @param kept the places of the examples that stay, among those that have labels
 */
export function labelsAt({ labels, ...rest }: Labels, kept: ArrayLike<number>): Labels {
  return { ...rest, labels: Int32Array.from(kept, (index) => labels[index]!) };
}

/**
 * Labels of two parts of data that number their classes alike.
 * @throws UserError when the test part has a class that the training part lacks
 */
export function sharedClasses(train: Labels, test: Labels, name: string): Labels {
  const { classNames: known } = train;
  if (!known || !test.classNames) return test;
  const numbers = test.classNames.map((word) => {
    const number = known.indexOf(word);
    if (number < 0) {
      throw new UserError(
        `${name}: the test part has class ${excerpt(word)}, which the training part lacks. Move or remove it.`,
      );
    }
    return number;
  });
  return {
    labels: Int32Array.from(test.labels, (label) => numbers[label]!),
    classNames: known,
  };
}

/**
 * A dataset with labels.
 * @param where the labels' name in messages
 * @throws UserError when labels and examples differ in count
 */
export function withLabels<T extends Dataset>(dataset: T, labels: Labels, where: string): T {
  if (labels.labels.length !== dataset.size) {
    throw new UserError(
      `${dataset.name} holds ${dataset.size} examples, but ${where} holds ${labels.labels.length} labels. Give files that belong together.`,
    );
  }
  return { ...dataset, ...labels };
}

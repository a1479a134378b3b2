import { Tensor } from 'onnxruntime-common';
import { spread } from '../../data/changes/spread.js';
import { type Dataset, exampleBytes, readRange } from '../../data/dataset.js';
import { checkData } from './checks.js';
import { type Labels, requireLabels } from './labels.js';

/** Examples in memory, with their labels for models that see these. */
export interface Examples {
  /** [N, ...input] */
  readonly images: Tensor;
  readonly labels?: Labels | undefined;
}

/** Labels of examples, for models that see such. */
export interface LabelOptions {
  /** The class of each example; a dataset's own when left out. */
  readonly labels?: Labels | undefined;
}

/** Bytes of examples that are read at a time, where nobody says how many, and at most. */
const usualReadBytes = 2 ** 23;
const mostReadBytes = 2 ** 26;

/** Examples that are read at a time, where they are small. */
const mostRead = 8192;

/** Tells whether examples are a dataset, whose examples are read in pieces. */
export function isDataset(given: Tensor | Dataset): given is Dataset {
  return typeof (given as Dataset | undefined)?.read === 'function';
}

/** Labels from `start` to before `end`. */
export function labelRange(labels: Labels, start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => labels[start + i]!);
}

/**
 * The labels of examples of a dataset: undefined for models that see none.
 * @throws UserError when the model needs labels and the data has none, or has others
 */
export function labelsOf(
  data: Dataset,
  classes: number | undefined,
  start = 0,
  end = data.size,
): Labels | undefined {
  if (classes === undefined) return undefined;
  requireLabels(data, classes);
  return labelRange(data.labels!, start, end);
}

/** Examples of a dataset from `start` to before `end`. */
async function readExamples(
  data: Dataset,
  classes: number | undefined,
  start = 0,
  end = data.size,
): Promise<Examples> {
  const images = await readRange(data, start, end);
  return { images, labels: labelsOf(data, classes, start, end) };
}

/** Examples that stand for a dataset, at most `count`. */
export function readSpread(
  data: Dataset,
  classes: number | undefined,
  count: number,
): Promise<Examples> {
  return readExamples(spread(data, count), classes);
}

/**
 * Examples in pieces that are small enough to be in memory.
 * @param model the shape of its examples, and how many classes it sees
 * @param most examples of a piece
 * @throws UserError when a dataset does not fit the model
 */
export async function* piecesOf(
  given: Tensor | Dataset,
  labels: Labels | undefined,
  model: { readonly shape: readonly number[]; readonly classes?: number | undefined },
  most?: number,
): AsyncGenerator<Examples & { readonly start: number }> {
  if (!isDataset(given)) {
    yield { images: given, labels, start: 0 };
    return;
  }
  checkData(given, model.shape);
  const bytes = most === undefined ? usualReadBytes : mostReadBytes;
  const fitting = Math.floor(bytes / exampleBytes(given));
  const size = Math.max(1, Math.min(most ?? mostRead, fitting));
  for (let start = 0; start < given.size; start += size) {
    const end = Math.min(start + size, given.size);
    const own = labels && labelRange(labels, start, end);
    const images = await readRange(given, start, end);
    yield { images, labels: own ?? labelsOf(given, model.classes, start, end), start };
  }
}

/** Tensors [N, ...] of one type, one after another. */
export function joined(pieces: readonly Tensor[]): Tensor {
  const [first] = pieces as readonly [Tensor];
  if (pieces.length === 1) return first;
  const size = pieces.reduce((sum, each) => sum + each.size, 0);
  const count = pieces.reduce((sum, { dims }) => sum + dims[0]!, 0);
  const Kind = first.data.constructor as Float32ArrayConstructor;
  const whole = new Kind(size);
  let at = 0;
  for (const { data } of pieces) {
    whole.set(data as Float32Array, at);
    at += data.length;
  }
  return new Tensor(first.type as 'float32', whole, [count, ...first.dims.slice(1)]);
}

import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import { isWords, type Numbers, numbersOf, type StoredType, wordsOf } from '../codecs/numbers.js';
import { type Labels, labelsFromWords } from '../labels.js';
import type { ReadingNote } from '../notes.js';
import { type ArraySource, wholeArray } from './array-source.js';

/** Labels that an array gives, or why it gives none. */
export interface LabelsRead {
  readonly labels?: Labels;
  /** The reason why they are no classes. */
  readonly reason?: string;
  readonly notes: readonly ReadingNote[];
}

/** A column of labels, counted from 0, where an example has several. */
export interface LabelChoice {
  readonly column?: number | undefined;
}

const note = (text: string): ReadingNote => ({ about: 'labels', text });

/**
 * The classes that an array tells: whole numbers or words, [N] or [N, 1], or one-hot rows [N, classes].
 * @returns `reason` in the place of labels where it holds anything else
 * @throws UserError when its content is damaged, or it has no such column
 */
export async function labelsOfArray(
  source: ArraySource,
  { column }: LabelChoice = {},
): Promise<LabelsRead> {
  const { path, shape, type, itemBytes } = source;
  const [count = 0, ...rest] = shape;
  const width = rest.reduce((product, length) => product * length, 1);
  const shown = `${path} has shape ${formatShape(shape)}`;
  if (shape.length === 0 || rest.length > 1) {
    return { reason: `${shown}, and labels are [N], one an example`, notes: [] };
  }
  if (column !== undefined && column >= width) {
    throw new UserError(`${shown}, so there is no column ${column}. Columns are counted from 0.`);
  }
  const bytes = await wholeArray(source);
  if (isWords(type)) {
    if (width !== 1) return { reason: `${shown}, and labels are [N], one an example`, notes: [] };
    return { labels: labelsFromWords(wordsOf(type, bytes, itemBytes), path), notes: [] };
  }
  const numbers = numbersOf(type as StoredType, bytes, path);
  if (column !== undefined) {
    const one = numbers.filter((_, i) => i % width === column) as Numbers;
    const read = classesOf(one, path);
    return { ...read, notes: [...read.notes, note(`column ${column} of ${path} is the class`)] };
  }
  if (width === 1) return classesOf(numbers, path);
  // https://github.com/facebookresearch/qmnist: class, series of the writer, writer, and five more.
  if (width === 8 && type === 'int32' && /qmnist/i.test(path)) {
    const classes = classesOf(numbers.filter((_, i) => i % width === 0) as Numbers, path);
    return { ...classes, notes: [note('the first of 8 values is the class, as in QMNIST')] };
  }
  const hot = oneHot(numbers, count, width);
  if (hot) {
    return { labels: { labels: hot }, notes: [note(`${path} is one-hot, of ${width} classes`)] };
  }
  const several = numbers.every((value) => value === 0 || value === 1)
    ? `an example may be of several of ${width} classes`
    : `an example has ${width} values`;
  return { reason: `${shown}: ${several}`, notes: [] };
}

/** Places of the ones in rows of zeros with a single one; undefined for other rows. */
function oneHot(numbers: Numbers, count: number, width: number): Int32Array | undefined {
  const places = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    let ones = 0;
    for (let i = 0; i < width; i++) {
      const value = numbers[row * width + i]!;
      if (value === 1) {
        ones++;
        places[row] = i;
      } else if (value !== 0) return undefined;
    }
    if (ones !== 1) return undefined;
  }
  return places;
}

function classesOf(numbers: Numbers, path: string): LabelsRead {
  const bad = numbers.findIndex((value) => value !== (value | 0));
  if (bad < 0) return { labels: { labels: Int32Array.from(numbers) }, notes: [] };
  const value = numbers[bad]!;
  const problem = Number.isInteger(value) ? 'is over 32 bits' : 'is no whole number';
  return { reason: `${path}: label ${bad} is ${value}, which ${problem}`, notes: [] };
}

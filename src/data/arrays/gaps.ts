import { UserError } from '../../base/errors.js';
import { elementCount } from '../../base/shape.js';
import { type Numbers, numbersOf } from '../codecs/numbers.js';
import type { ReadingNote } from '../notes.js';
import { type NumberSource, rowBlocks } from './array-source.js';
import type { Gaps, Survey } from './survey.js';

const counted = (count: number, what: string) =>
  `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;

/** The gaps of an array in a few words. */
function described({ values, examples, first }: Gaps, size: number, sampled = false): string {
  const { example, place, value } = first!;
  const of = `${counted(values, 'value')} in ${examples.length.toLocaleString('en-US')} of ${counted(size, 'example')}`;
  const part = sampled ? ', of which a part was looked at,' : '';
  return `${of}${part} ${values === 1 ? 'is' : 'are'} not finite; the first: example ${example} holds ${value} at value ${place}`;
}

/** @throws UserError on all the gaps that an array has */
export function refuseGaps({ gaps, sampled }: Survey, size: number, name: string): never {
  throw new UserError(
    `${name}: ${described(gaps, size, sampled)}. Give missing (--missing): drop leaves those examples out, mean takes the mean of the other examples.`,
  );
}

/** The note on gaps that were mended. */
export function gapsNote(
  gaps: Gaps,
  size: number,
  name: string,
  missing: 'drop' | 'mean',
): ReadingNote {
  const text =
    missing === 'drop'
      ? `${counted(gaps.examples.length, 'example')} left out`
      : 'they are the mean of the other examples';
  return {
    about: missing === 'drop' ? 'left out' : 'values',
    text: `${name}: ${described(gaps, size)}: ${text}`,
    doubtful: true,
  };
}

/**
 * The mean of each value over the examples in which it is finite.
 * @throws UserError when a value is finite in none
 */
export async function meansOf(source: NumberSource): Promise<Float64Array> {
  const { shape, type, path } = source;
  const width = elementCount(shape.slice(1));
  const [sums, counts] = [new Float64Array(width), new Float64Array(width)];
  for await (const block of rowBlocks(source)) {
    const numbers = numbersOf(type, block, path);
    for (let i = 0; i < numbers.length; i++) {
      const value = numbers[i]!;
      if (!Number.isFinite(value)) continue;
      sums[i % width]! += value;
      counts[i % width]! += 1;
    }
  }
  const empty = counts.indexOf(0);
  if (empty >= 0) {
    throw new UserError(
      `${path}: value ${empty} is finite in no example, so it has no mean. Leave it out before the array is saved.`,
    );
  }
  return sums.map((sum, i) => sum / counts[i]!);
}

/** Numbers with means in the place of gaps. */
export function filled(numbers: Numbers, means: Float64Array): Numbers {
  return numbers.map((value, i) =>
    Number.isFinite(value) ? value : means[i % means.length]!,
  ) as Numbers;
}

/** Numbers without the examples that have gaps. */
export function withoutGaps(numbers: Numbers, width: number): Numbers {
  const kept = numbers.slice();
  let end = 0;
  for (let start = 0; start < numbers.length; start += width) {
    const row = numbers.subarray(start, start + width);
    if (!row.every(Number.isFinite)) continue;
    kept.set(row as never, end);
    end += width;
  }
  return kept.subarray(0, end);
}

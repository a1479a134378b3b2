import { listed } from '../base/excerpt.js';
import type { DataCard, PartCard } from '../data/card.js';
import { formatCount, formatNumber } from './number.js';

/** Classes and columns that are told by name. */
const namedClasses = 10;
const namedColumns = 12;

/** A number of things in words: `1 class`. */
export const counted = (count: number, one: string, many = `${one}s`) =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** One example in words: `pictures of 3 channels, 32 high and 48 wide`. */
export function describeExample({ kind, shape }: Pick<DataCard, 'kind' | 'shape'>): string {
  const [first = 1, height, width] = shape;
  if (kind === 'image') {
    return `pictures of ${counted(first, 'channel')}, ${height} high and ${width} wide`;
  }
  if (kind === 'vector') return `rows of ${counted(first, 'value')}`;
  return `examples of shape ${shape.join(' × ')}`;
}

function describeClasses({ classes = [] }: PartCard): string {
  const told = classes.map(({ name, examples }) => `${name} (${formatCount(examples)})`);
  return `${formatCount(classes.length)}: ${listed(told, namedClasses)}`;
}

/** The parts of data in a line: `train 60,000, test 10,000`. */
export function describeParts({ parts }: DataCard): string {
  return Object.entries(parts)
    .flatMap(([name, part]) => (part ? [`${name} ${formatCount(part.examples)}`] : []))
    .join(', ');
}

function describeValues({ values, dtype }: DataCard): string {
  const { least, most, mean, deviation, zeros, examples } = values;
  const share = `${Math.round(1000 * zeros) / 10} % are 0`;
  const kind = dtype === 'uint8' ? 'bytes, which stand for 0 to 1' : 'real numbers';
  return `${kind}: ${formatNumber(least)} to ${formatNumber(most)}, mean ${formatNumber(mean)}, deviation ${formatNumber(deviation)}; ${share} (of ${counted(examples, 'example')})`;
}

/** A data card as lines for people, each with its subject. */
export function cardLines(card: DataCard): (readonly [subject: string, text: string])[] {
  const { columns, notes, parts, skipped } = card;
  return [
    ['examples', `${describeExample(card)}: ${describeParts(card)}`],
    ['values', describeValues(card)],
    ...(columns ? [['columns', listed(columns, namedColumns)] as const] : []),
    ...(parts.train.classes ? [['classes', describeClasses(parts.train)] as const] : []),
    ...(skipped > 0
      ? [['skipped', `${counted(skipped, 'example')} that cannot be read`] as const]
      : []),
    ...notes.map(({ about, text }) => [about, text] as const),
  ];
}

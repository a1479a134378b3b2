import { excerpt, listed } from '../base/excerpt.js';
import type { DataCard, PartCard } from '../data/card.js';
import type { TableColumn } from '../data/column.js';
import { sequenceSize } from '../data/input.js';
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
  if (kind === 'table') return `rows of ${counted(first, 'column')}`;
  if (kind === 'sequence') {
    const { channels, steps } = sequenceSize(shape);
    return `sequences of ${counted(channels, 'channel')} and ${counted(steps, 'step')}`;
  }
  if (kind === 'vector' && shape.length === 1) return `rows of ${counted(first, 'value')}`;
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

/** Columns of a table that are told one by one. */
const toldColumns = 60;

/** Categories that are told by name. */
const namedCategories = 6;

const short = (value: number) => String(Number(value.toPrecision(6)));

/** The values of a column in words. */
function describeRange({ kind, categories, rare, range, date }: TableColumn): string {
  if (date && range) {
    const day = (value: number) => {
      const unit = { day: 86_400_000, minute: 60_000, second: 1000 }[date.unit];
      return new Date(date.origin + value * unit).toISOString().slice(0, 10);
    };
    return `${day(range[0])} to ${day(range[1])}, written ${date.format}`;
  }
  if (range) return `${short(range[0])} to ${short(range[1])}`;
  if (!categories) return '';
  if (kind === 'constant')
    return categories.length === 0 ? 'no value' : excerpt(categories[0]!, 30);
  const shared = rare ? `, and ${formatCount(Object.keys(rare).length)} rare ones as one` : '';
  const words = categories.map((word) => excerpt(word, 30).slice(1, -1));
  return `${counted(categories.length, 'value')}: ${listed(words, namedCategories)}${shared}`;
}

/** A column beside its name and kind, in a few words: its values, the share of missing ones, its likelihood. */
export function describeColumn(column: TableColumn): string[] {
  const { missing, likelihood } = column;
  return [
    describeRange(column),
    missing > 0 ? `${missing < 0.001 ? '< 0.1' : Math.round(1000 * missing) / 10} % missing` : '',
    likelihood ? `likelihood ${likelihood}` : '',
  ].filter((part) => part !== '');
}

/** The columns of a table, a line each. */
function tableLines(table: readonly TableColumn[]): (readonly [string, string])[] {
  const lines = table.slice(0, toldColumns).map((column) => {
    const title = `${excerpt(column.name, 40)}: ${column.kind}`;
    return ['column', [title, ...describeColumn(column)].join('; ')] as const;
  });
  const more = table.length - lines.length;
  return more > 0 ? [...lines, ['columns', `${formatCount(more)} more`]] : lines;
}

/** A data card as lines for people, each with its subject. */
export function cardLines(card: DataCard): (readonly [subject: string, text: string])[] {
  const { columns, table, notes, parts, skipped } = card;
  const values = table
    ? tableLines(table)
    : [
        ['values', describeValues(card)] as const,
        ...(columns ? [['columns', listed(columns, namedColumns)] as const] : []),
      ];
  return [
    ['examples', `${describeExample(card)}: ${describeParts(card)}`],
    ...values,
    ...(parts.train.classes ? [['classes', describeClasses(parts.train)] as const] : []),
    ...(skipped > 0
      ? [['skipped', `${counted(skipped, 'example')} that cannot be read`] as const]
      : []),
    ...notes.map(({ about, text }) => [about, text] as const),
  ];
}

import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import { elementCount } from '../../base/shape.js';
import type { ReadingNote } from '../notes.js';
import { isSequenceLayout, type ReadOptions } from '../read-options.js';

/** Describes how the examples of an array are shaped. */
export interface ArrayAxes {
  /** Number of examples. */
  readonly size: number;
  /** Shape of one, channels first. */
  readonly shape: readonly number[];
  /** Channels where they are the last axis in the file. */
  readonly channelsLast?: number;
  /** Tells whether height and width are exchanged in the file. */
  readonly transposed?: boolean;
  readonly notes: readonly ReadingNote[];
}

/** The least sides at which an array of three axes may be one picture in colour, not gray pictures. */
const leastSide = 8;

const isChannels = (length: number) => length === 1 || length === 3 || length === 4;

/**
 * The meaning of an array's axes: [N, values] are vectors; [N, H, W] gray images, or sequences where one
 * of the two is much the shorter; and of four axes the channels are the last or the second, by their
 * sizes where `layout` does not tell.
 * @throws UserError when it has another rank, holds nothing, is a single image, or does not have the
 *   values of `shape`
 */
export function arrayAxes(
  dims: readonly number[],
  name: string,
  { layout, shape }: Pick<ReadOptions, 'layout' | 'shape'> = {},
): ArrayAxes {
  const [size = 0, ...rest] = dims;
  if (dims.length > 1 && dims.includes(0)) {
    throw new UserError(
      `${name} holds no values: its shape is ${formatShape(dims)}. Give an array with examples.`,
    );
  }
  if (shape && rest.length > 0) return { size, ...givenShape(size, rest, shape, layout, name) };
  if (isSequenceLayout(layout)) return { size, ...sequenceAxes(dims, name, layout) };
  const about = 'axes' as const;
  const text = (axes: string) => `${formatShape(dims)} is ${axes}`;
  if (rest.length === 1) {
    const width = rest[0]!;
    const hint = imageHint(width);
    const vectors = { about, text: text(`${size} vectors of ${width} values${hint ?? ''}`) };
    return { size, shape: rest, notes: [hint ? { ...vectors, doubtful: true } : vectors] };
  }
  if (rest.length === 2) return { size, ...grayAxes(dims, name) };
  if (rest.length === 3) return { size, ...imageAxes(dims, layout) };
  throw new UserError(
    `${name} has shape ${formatShape(dims)}. Give images as [N, H, W], [N, C, H, W] or [N, H, W, C], or vectors as [N, features]; shape (--shape) says the shape of one example.`,
  );
}

/** The images that rows of so many values are likely to be: `: --shape 28x28 makes them images`. */
function imageHint(width: number): string | undefined {
  const known: Readonly<Record<number, string>> = {
    784: '28x28',
    1024: '32x32',
    3072: '3x32x32',
    4096: '64x64',
    12288: '3x64x64',
  };
  const shape = known[width];
  return shape && `; if they are images, say so by shape (--shape ${shape})`;
}

/** Axes for the shape that the user gives. */
function givenShape(
  size: number,
  rest: readonly number[],
  shape: readonly number[],
  layout: ReadOptions['layout'],
  name: string,
): Omit<ArrayAxes, 'size'> {
  const width = elementCount(rest);
  if (elementCount(shape) !== width) {
    throw new UserError(
      `${name}: shape ${shape.join('x')} has ${elementCount(shape)} values, but an example has ${width} (${formatShape([size, ...rest])}). Correct shape (--shape).`,
    );
  }
  const told = `${width} values are taken as ${shape.join(' x ')}, as shape tells`;
  if (isSequenceLayout(layout)) {
    const { notes, ...axes } = sequenceAxes([size, ...shape], name, layout);
    return { ...axes, notes: [{ about: 'axes', text: told }, ...notes] };
  }
  if (shape.length === 3) {
    const { notes, ...axes } = imageAxes([size, ...shape], layout);
    return { ...axes, notes: [{ about: 'axes', text: told }, ...notes] };
  }
  return {
    shape: shape.length === 2 ? [1, ...shape] : shape,
    notes: [{ about: 'axes', text: told }],
  };
}

/** Arrays without a `layout` are sequences where channels are few, and steps so many times as many. */
const leastSteps = 8;
const mostChannels = 16;

/** Axes of sequences. @param layout says which axis the channels are; by their sizes when left out */
function sequenceAxes(
  dims: readonly number[],
  name: string,
  layout: ReadOptions['layout'],
): Omit<ArrayAxes, 'size'> {
  const shown = formatShape(dims);
  const [size, first = 1, second] = dims;
  if (dims.length > 3) {
    throw new UserError(
      `${name} has shape ${shown}. Give sequences as [N, steps] or [N, channels, steps]; or, as layout (--layout sequences-channels-last) says, as [N, steps, channels].`,
    );
  }
  const isLast = layout ? layout === 'sequences-channels-last' : first > (second ?? 1);
  const [channels, steps] =
    second === undefined ? [1, first] : isLast ? [second, first] : [first, second];
  const text = `${shown} is ${size} sequences of ${steps} steps and ${channels} channel${channels === 1 ? '' : 's'}`;
  const order = isLast ? `${text}, channels last` : text;
  const rows = `--shape ${first}x${second}`;
  const note = layout
    ? { text: `${order}, as layout tells` }
    : { text: `${order}; if they are gray images, say so by shape (${rows})`, doubtful: true };
  return {
    shape: [channels, steps],
    ...(isLast && second !== undefined && second > 1 ? { channelsLast: second } : {}),
    notes: [{ about: 'axes', ...note }],
  };
}

/** Tells sequences from gray images by the sizes of [N, a, b]. */
function areSequences(first: number, second: number): boolean {
  const [channels, steps] = [Math.min(first, second), Math.max(first, second)];
  return channels <= mostChannels && steps >= leastSteps * channels && steps >= 2 * leastSteps;
}

function grayAxes(dims: readonly number[], name: string): Omit<ArrayAxes, 'size'> {
  const [size, height, width] = dims as [number, number, number];
  const [shown, one] = [formatShape(dims), `[1, ${dims.join(', ')}]`];
  if (isChannels(width) && width > 1 && Math.min(size, height) >= leastSide) {
    throw new UserError(
      `${name} has shape ${shown}, which is one picture with ${width} channels rather than ${size} gray ones. Save it as ${one} (array[None]), or say by shape that examples are ${height} high and ${width} wide (--shape ${height}x${width}), or by layout that they are sequences (--layout sequences-channels-last).`,
    );
  }
  if (areSequences(height, width)) return sequenceAxes(dims, name, undefined);
  const text = `${shown} is ${size} gray images, ${height} high and ${width} wide`;
  const isOne = isChannels(size) && size > 1 && Math.min(height, width) >= leastSide;
  const note = isOne
    ? { text: `${text}; if it is one picture in colour, save it as ${one}`, doubtful: true }
    : { text };
  return { shape: [1, height, width], notes: [{ about: 'axes', ...note }] };
}

/** The place of the channels: last of three axes or not, and guessed or not. */
function channelsAreLast([first, second, last]: readonly [number, number, number]): {
  readonly isLast: boolean;
  readonly doubtful?: boolean;
} {
  const [mayBeFirst, mayBeLast] = [isChannels(first), isChannels(last)];
  if (mayBeFirst !== mayBeLast) return { isLast: mayBeLast };
  const doubtful = true;
  if (!mayBeFirst) return { isLast: last < first && last < second, doubtful };
  // Most images are square.
  if (first === second || second === last) return { isLast: first === second, doubtful };
  // Gray and colour come more often than four channels.
  return { isLast: first === 4 || last === 1 || first === last, doubtful };
}

function imageAxes(
  dims: readonly number[],
  layout: ReadOptions['layout'],
): Omit<ArrayAxes, 'size'> {
  const [, first, second, last] = dims as [number, number, number, number];
  const { isLast, doubtful } = layout
    ? { isLast: layout === 'channels-last' }
    : channelsAreLast([first, second, last]);
  const order = isLast ? 'height, width, channels' : 'channels, height, width';
  const channels = isLast ? last : first;
  const text = `${formatShape(dims)} is examples, ${order}: ${channels} channel${channels === 1 ? '' : 's'} ${isLast ? 'last' : 'first'}${layout ? ', as layout tells' : ''}`;
  const other = isLast ? 'channels-first' : 'channels-last';
  const note = doubtful
    ? { text: `${text}; if that is wrong, give layout (--layout ${other})`, doubtful }
    : { text };
  return {
    shape: isLast ? [last, first, second] : [first, second, last],
    ...(isLast ? { channelsLast: last } : {}),
    notes: [{ about: 'axes', ...note }],
  };
}

import { UserError } from '../base/errors.js';
import { formatShape } from '../base/excerpt.js';
import { elementCount } from '../base/shape.js';
import type { TableColumn } from './column.js';
import type { Dataset } from './dataset.js';

/**
 * The kinds of examples: they decide how one is shown, and which likelihood fits. An image is [channels,
 * height, width]; a sequence is [channels, steps], or [steps] where that is said; a vector and a row of a
 * table are [values].
 */
export const inputKinds = ['image', 'vector', 'sequence', 'table'] as const;

export type InputKind = (typeof inputKinds)[number];

/** The ways in which values are scaled before a model sees them. */
export const inputScalings = ['none', 'standardize'] as const;

export type InputScaling = (typeof inputScalings)[number];

/** Says how examples are to be taken; `exampleSchema` checks it as plain data. */
export interface ExampleOptions {
  readonly kind?: InputKind | undefined;
  /** The smallest and the largest value; [0, 1] for images when left out. */
  readonly range?: readonly [number, number] | undefined;
  /**
   * `standardize`: the model sees each value less its mean, divided by its deviation in the training
   * data. `none` when left out.
   */
  readonly scaling?: InputScaling | undefined;
  /** All columns of a table, in their order. */
  readonly columns?: readonly TableColumn[] | undefined;
}

/** An example as a model knows it. */
export interface InputDescription {
  readonly shape: readonly number[];
  readonly kind: InputKind;
  /** The smallest and the largest value, where values have such. */
  readonly range?: readonly [number, number];
  readonly scaling: InputScaling;
  /** All columns of a table, in their order; an example holds the learnt ones. */
  readonly columns?: readonly TableColumn[];
}

/** The kind of examples of a shape, where none is given. */
function kindOf({ length }: readonly number[]): InputKind {
  if (length === 2) return 'sequence';
  return length === 3 ? 'image' : 'vector';
}

/**
 * The description of examples of a shape; options that are left out follow from the shape.
 * @throws UserError when the kind is a sequence, and the shape is not
 */
export function describeInput(
  shape: readonly number[],
  {
    columns,
    kind = columns ? 'table' : kindOf(shape),
    range,
    scaling = 'none',
  }: ExampleOptions = {},
): InputDescription {
  if (kind === 'sequence' && shape.length > 2) {
    throw new UserError(
      `example.kind: a sequence is [steps] or [channels, steps], not ${formatShape(shape)}. Give another kind, or reshape the data.`,
    );
  }
  const bounds = range ?? (kind === 'image' ? ([0, 1] as const) : undefined);
  return {
    shape,
    kind,
    scaling,
    ...(bounds ? { range: bounds } : {}),
    ...(columns ? { columns } : {}),
  };
}

/** Tells whether examples can be drawn as pictures: gray or in colour. */
export function isPicture({ kind, shape }: InputDescription): boolean {
  return kind === 'image' && shape.length === 3 && (shape[0] === 1 || shape[0] === 3);
}

/** Channels and steps of a sequence, whose shape is [steps] or [channels, steps]. */
export function sequenceSize(shape: readonly number[]): { channels: number; steps: number } {
  const [channels = 1, steps = 1] = shape.length === 1 ? [1, ...shape] : shape;
  return { channels, steps };
}

/** Examples that are read at a time. */
const readSize = 256;

/** A mean and a variance for each value of an example. */
interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** Moments of each channel of sequences, over all of its steps: a constant channel stays constant. */
function byChannel({ mean, variance }: Moments, shape: readonly number[]): Moments {
  const { channels, steps } = sequenceSize(shape);
  const wide: Moments = { mean: mean.slice(), variance: variance.slice() };
  for (let start = 0; start < channels * steps; start += steps) {
    const [means, variances] = [mean, variance].map((all) => all.subarray(start, start + steps));
    const centre = means!.reduce((sum, x) => sum + x, 0) / steps;
    const within = variances!.reduce((sum, x) => sum + x, 0) / steps;
    const between = means!.reduce((sum, x) => sum + (x - centre) ** 2, 0) / steps;
    wide.mean.fill(centre, start, start + steps);
    wide.variance.fill(within + between, start, start + steps);
  }
  return wide;
}

/**
 * Mean and standard deviation of each value over a dataset, by Welford's update (1962); uint8 stands
 * for [0, 1]. A sequence has one of each a channel, the same at all steps. The deviation of a value
 * that never changes is 1.
 * @param kind of the examples
 * @returns of the shape of one example, in row-major order
 * @throws UserError when the data holds no examples
 */
export async function statisticsOf(
  data: Dataset,
  kind: InputKind = 'vector',
): Promise<{ mean: Float32Array<ArrayBuffer>; deviation: Float32Array<ArrayBuffer> }> {
  if (data.size === 0) throw new UserError(`${data.name} holds no examples. Give data with some.`);
  const width = elementCount(data.shape);
  const unit = data.dtype === 'uint8' ? 1 / 255 : 1;
  const [mean, squares] = [new Float64Array(width), new Float64Array(width)];
  const read = new (data.dtype === 'uint8' ? Uint8Array : Float32Array)(readSize * width);
  for (let start = 0; start < data.size; start += readSize) {
    const count = Math.min(readSize, data.size - start);
    await data.read(
      Uint32Array.from({ length: count }, (_, i) => start + i),
      read,
    );
    for (let row = 0; row < count; row++) {
      const seen = start + row + 1;
      for (let i = 0; i < width; i++) {
        const value = read[row * width + i]! * unit;
        const before = value - mean[i]!;
        mean[i]! += before / seen;
        squares[i]! += before * (value - mean[i]!);
      }
    }
  }
  const each = { mean, variance: squares.map((sum) => sum / data.size) };
  const moments = kind === 'sequence' ? byChannel(each, data.shape) : each;
  const deviation = moments.variance.map((variance) => Math.sqrt(variance) || 1);
  return { mean: Float32Array.from(moments.mean), deviation: Float32Array.from(deviation) };
}

import { UserError } from '../base/errors.js';
import { elementCount } from '../base/shape.js';
import type { TableColumn } from './column.js';
import type { Dataset } from './dataset.js';

/** The kinds of examples: they decide how one is shown, and which likelihood fits. */
export const inputKinds = ['image', 'vector', 'sequence', 'table'] as const;

export type InputKind = (typeof inputKinds)[number];

/** The ways in which values are scaled before a model sees them. */
export const inputScalings = ['none', 'standardize'] as const;

export type InputScaling = (typeof inputScalings)[number];

/** How examples are to be taken; `exampleSchema` checks it as plain data. */
export interface ExampleOptions {
  readonly kind?: InputKind | undefined;
  /** The smallest and the largest value; [0, 1] for images when left out. */
  readonly range?: readonly [number, number] | undefined;
  /**
   * `standardize`: the model sees each value less its mean, divided by its deviation in the training
   * data. `none` when left out.
   */
  readonly scaling?: InputScaling | undefined;
  /** Of rows of a table: all of its columns, in their order. */
  readonly columns?: readonly TableColumn[] | undefined;
}

/** An example as a model knows it. */
export interface InputDescription {
  readonly shape: readonly number[];
  readonly kind: InputKind;
  /** The smallest and the largest value, where values have such. */
  readonly range?: readonly [number, number];
  readonly scaling: InputScaling;
  /** Of rows of a table: all of its columns, in their order; an example holds those that are learnt. */
  readonly columns?: readonly TableColumn[];
}

/** The kind of examples of a shape, where nobody tells. */
function kindOf({ length }: readonly number[]): InputKind {
  if (length === 1) return 'vector';
  return length === 3 ? 'image' : 'sequence';
}

/** The description of examples of a shape; what is not told follows from the shape. */
export function describeInput(
  shape: readonly number[],
  {
    columns,
    kind = columns ? 'table' : kindOf(shape),
    range,
    scaling = 'none',
  }: ExampleOptions = {},
): InputDescription {
  const bounds = range ?? (kind === 'image' ? ([0, 1] as const) : undefined);
  return {
    shape,
    kind,
    scaling,
    ...(bounds ? { range: bounds } : {}),
    ...(columns ? { columns } : {}),
  };
}

/** Whether examples can be drawn as pictures: gray or in colour. */
export function isPicture({ kind, shape }: InputDescription): boolean {
  return kind === 'image' && shape.length === 3 && (shape[0] === 1 || shape[0] === 3);
}

/** Examples that are read at a time. */
const readSize = 256;

/**
 * Mean and standard deviation of each value over a dataset, by Welford's update (1962); uint8 stands
 * for [0, 1]. The deviation of a value that never changes is 1.
 * @returns of the shape of one example, in row-major order
 * @throws UserError when the data holds no examples
 */
export async function statisticsOf(
  data: Dataset,
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
  const deviation = squares.map((sum) => Math.sqrt(sum / data.size) || 1);
  return { mean: Float32Array.from(mean), deviation: Float32Array.from(deviation) };
}

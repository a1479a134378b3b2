import type { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../../../src/base/shape.js';
import type { Numbers } from '../../model/numbers.js';
import type { DiagramModel } from './diagram-model.js';

/** Describes how values are spread. */
export interface Spread {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
  /** The edges of the first and the last bin: 0 lies in the middle. */
  readonly reach: number;
  /** Number of values of each bin. */
  readonly bins: readonly number[];
}

const binCount = 41;

/** The spread of values in bins about 0. */
export function spreadOf(values: ArrayLike<number>): Spread {
  const { length } = values;
  let [sum, squares, reach] = [0, 0, 0];
  for (let i = 0; i < length; i++) {
    sum += values[i]!;
    squares += values[i]! ** 2;
    reach = Math.max(reach, Math.abs(values[i]!));
  }
  const bins = new Array<number>(binCount).fill(0);
  for (let i = 0; i < length; i++) {
    const share = reach === 0 ? 0.5 : (values[i]! / reach + 1) / 2;
    bins[Math.min(binCount - 1, Math.floor(share * binCount))]!++;
  }
  const mean = sum / length;
  const deviation = Math.sqrt(Math.max(0, squares / length - mean ** 2));
  return { count: length, mean, deviation, reach, bins };
}

/** The weights of a layer: the tensors below its path with two axes or more. */
export function weightsOf(
  parameters: Readonly<Record<string, Tensor>>,
  layer: string,
): readonly (readonly [name: string, tensor: Tensor])[] {
  return Object.entries(parameters).filter(
    ([name, { dims }]) => name.startsWith(`${layer}.`) && dims.length > 1,
  );
}

/** Pictures of weights that are shown of a layer at most. */
const most = 16;

/**
 * Weights as pictures, gray where they are 0: the windows of convolutions and, for dense layers beside an
 * image, the picture that each unit sees or draws. Undefined where weights are no picture.
 */
export function weightPictures(
  { config: { input } }: DiagramModel,
  layer: string,
  { data, dims }: Tensor,
): Numbers | undefined {
  const values = data as Float32Array;
  const [units, inputs, height, width] = dims as [number, number, number?, number?];
  if (height !== undefined && width !== undefined) {
    if (height * width === 1) return undefined;
    const size = height * width;
    const windows = Array.from({ length: Math.min(most, units) }, (_, i) =>
      values.subarray(i * inputs * size, i * inputs * size + size),
    );
    return picturesOf(windows, [1, height, width]);
  }
  if (input.length !== 3 || input[0] !== 1) return undefined;
  const pixels = elementCount(input);
  const count = Math.min(most, layer.startsWith('encoder') ? units : inputs);
  if (layer.startsWith('encoder') && inputs === pixels) {
    const rows = Array.from({ length: count }, (_, i) =>
      values.subarray(i * pixels, (i + 1) * pixels),
    );
    return picturesOf(rows, input);
  }
  if (layer.startsWith('decoder') && units === pixels) {
    const columns = Array.from({ length: count }, (_, i) =>
      Float32Array.from({ length: pixels }, (_, pixel) => values[pixel * inputs + i]!),
    );
    return picturesOf(columns, input);
  }
  return undefined;
}

/** Pictures whose largest value is white or black, and 0 gray. */
function picturesOf(pictures: readonly Float32Array[], shape: readonly number[]): Numbers {
  const size = elementCount(shape);
  const data = new Float32Array(pictures.length * size);
  pictures.forEach((picture, i) => {
    const reach = picture.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-12);
    data.set(
      picture.map((value) => 0.5 + value / reach / 2),
      i * size,
    );
  });
  return { data, dims: [pictures.length, ...shape] };
}

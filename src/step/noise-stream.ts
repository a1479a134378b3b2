import { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import { randomStream } from '../base/random.js';
import { elementCount } from '../base/shape.js';
import { drawNoise, noiseArray, noiseType, sizesAt } from './noise.js';
import type { NoiseInput } from './tracing.js';

/** The random numbers that a function's noise is made of. */
export interface NoiseStream {
  readonly seed: number;
  readonly name: string;
  /** Step of the first call; each next one adds 1. */
  readonly step: number;
}

/**
 * The noise of calls of so many examples each, one after another, in the order of `noises`.
 * @param calls the number of the first of them, and their count
 * @throws UserError where no noise can be drawn
 */
export function noiseOfCalls(
  noises: readonly NoiseInput[],
  examples: number,
  calls: { readonly first: number; readonly count: number },
  stream: NoiseStream | undefined,
): Tensor[] {
  const { first, count } = calls;
  return noises.map(({ name, kind, shape }) => {
    if (!stream) throw new UserError(`${name} draws noise where none can be drawn.`);
    const dims = sizesAt(shape, count * examples);
    const values = new (noiseArray(kind))(elementCount(dims));
    const width = values.length / count;
    for (let k = 0; k < count; k++) {
      const drawn = randomStream(stream.seed, `${stream.name}/${name}`, stream.step + first + k);
      drawNoise(kind, drawn, values.subarray(k * width, (k + 1) * width));
    }
    return new Tensor(noiseType(kind), values, dims);
  });
}

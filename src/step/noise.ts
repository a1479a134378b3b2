import { Tensor } from 'onnxruntime-common';
import {
  fillBernoulli,
  fillNormal,
  fillUniform,
  placeUnit,
  type RandomStream,
} from '../base/random.js';
import { elementCount } from '../base/shape.js';
import { parseDimension, type Shape } from '../graph/index.js';
import type { NoiseKind } from '../nn/index.js';

/** The type in which noise of a kind is fed. */
export function noiseType(kind: NoiseKind): 'float32' | 'uint8' {
  return typeof kind === 'object' ? 'uint8' : 'float32';
}

/** The constructor of arrays of noise of a kind. */
export function noiseArray(kind: NoiseKind): Uint8ArrayConstructor | Float32ArrayConstructor {
  return noiseType(kind) === 'uint8' ? Uint8Array : Float32Array;
}

/**
 * Draws noise of a kind.
 * @param target of the type that `noiseArray` gives
 * @param from the place of its first element in the stream's row
 * @param count examples of the whole batch, which training alone knows
 */
export function drawNoise(
  kind: NoiseKind,
  stream: RandomStream,
  target: Float32Array | Uint8Array,
  from = 0,
  count = Number.NaN,
): void {
  const before = from % placeUnit;
  if (kind === 'count') target.fill(count);
  else if (kind === 'places') {
    for (let i = 0; i < target.length; i++) target[i] = from + i;
  } else if (before > 0) {
    const longer = new (noiseArray(kind))(before + target.length);
    drawNoise(kind, stream, longer, from - before);
    target.set(longer.subarray(before));
  } else if (typeof kind === 'object') {
    fillBernoulli(stream, target as Uint8Array, kind.bernoulli, from);
  } else if (kind === 'normal') fillNormal(stream, target as Float32Array, from);
  else fillUniform(stream, target as Float32Array, from);
}

/** The sizes of a shape whose symbols are the batch's. */
export function sizesAt(shape: Shape, batchSize: number): number[] {
  return shape.map((size) => {
    if (typeof size === 'number') return size;
    const { factor, symbols } = parseDimension(size);
    return factor * batchSize ** symbols.length;
  });
}

/** Noise of a kind as a tensor of its own. */
export function noiseTensor(
  kind: NoiseKind,
  stream: RandomStream,
  dims: readonly number[],
): Tensor {
  const values = new (noiseArray(kind))(elementCount(dims));
  drawNoise(kind, stream, values);
  return new Tensor(noiseType(kind), values, dims);
}

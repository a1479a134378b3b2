import { fillBernoulli, fillNormal, fillUniform, type RandomStream } from '../data/random.js';
import type { NoiseKind } from '../nn/index.js';

/** The type in which noise of a kind is fed. */
export function noiseType(kind: NoiseKind): 'float32' | 'uint8' {
  return typeof kind === 'object' ? 'uint8' : 'float32';
}

/** An array for noise of a kind. */
export function noiseArray(kind: NoiseKind, length: number): Float32Array | Uint8Array {
  return new (noiseType(kind) === 'uint8' ? Uint8Array : Float32Array)(length);
}

/** Draws noise of a kind. @param target as `noiseArray` makes them */
export function drawNoise(
  kind: NoiseKind,
  stream: RandomStream,
  target: Float32Array | Uint8Array,
): void {
  if (typeof kind === 'object') fillBernoulli(stream, target as Uint8Array, kind.bernoulli);
  else if (kind === 'normal') fillNormal(stream, target as Float32Array);
  else fillUniform(stream, target as Float32Array);
}

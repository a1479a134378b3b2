import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import { type RandomStream, randomStream } from '../base/random.js';
import { noiseTensor, sizesAt } from './noise.js';
import type { NoiseInput } from './tracing.js';

/** The random numbers that a function's noise is made of. */
export interface NoiseStream {
  readonly seed: number;
  readonly name: string;
  /** Step of the first call; each next one adds 1. */
  readonly step: number;
}

/** The random numbers of a call's noise, by the call's number. @throws UserError where no noise can be drawn */
export function randomsOf(
  { name }: NoiseInput,
  call: number,
  stream: NoiseStream | undefined,
): RandomStream {
  if (!stream) throw new UserError(`${name} draws noise where none can be drawn.`);
  return randomStream(stream.seed, `${stream.name}/${name}`, stream.step + call);
}

/** The noise of a call with so many examples. @throws UserError where no noise can be drawn */
export function noiseOfCall(
  noises: readonly NoiseInput[],
  examples: number,
  call: number,
  stream: NoiseStream | undefined,
): Tensor[] {
  return noises.map((noise) =>
    noiseTensor(noise.kind, randomsOf(noise, call, stream), sizesAt(noise.shape, examples)),
  );
}

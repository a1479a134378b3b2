import { Tensor } from 'onnxruntime-common';
import { branch, fillNormal, fillUniform } from '../../../base/random.js';
import { elementCount } from '../../../base/shape.js';
import type { DrawSources, Tensors } from '../sampler.js';
import { drawMixture } from './fit.js';
import type { Mixture } from './gaussians.js';

/** A mixture of Gaussians of so many latents as tensors: `weights`, `means`, `factors`. */
export function tensorsOf(
  { weights, means, factors }: Omit<Mixture, 'covariance'>,
  width: number,
): Record<string, Tensor> {
  const k = weights.length;
  const tensor = (data: Float64Array, dims: number[]) =>
    new Tensor('float32', Float32Array.from(data), dims);
  const isFull = factors.length === k * width * width;
  return {
    weights: tensor(weights, [k]),
    means: tensor(means, [k, width]),
    factors: tensor(factors, isFull ? [k, width, width] : [k, width]),
  };
}

function mixtureOf({ weights, means, factors }: Tensors): Mixture {
  const numbers = ({ data }: Tensor) => Float64Array.from(data as Float32Array);
  return {
    covariance: factors!.dims.length === 3 ? 'full' : 'diagonal',
    weights: numbers(weights!),
    means: numbers(means!),
    factors: numbers(factors!),
  };
}

/** Draws of the mixture that the fitted tensors hold. @param shape of all of them: [count, ...latent] */
export function drawFitted(
  shape: readonly number[],
  { stream, fitted }: Pick<DrawSources, 'stream' | 'fitted'>,
): Float32Array {
  const [count = 0] = shape;
  const uniform = new Float32Array(count);
  const normal = new Float32Array(elementCount(shape));
  fillNormal(stream, normal);
  fillUniform(branch(stream, 'component'), uniform);
  return drawMixture(mixtureOf(fitted), uniform, normal);
}

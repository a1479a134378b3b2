import type { Tensor } from 'onnxruntime-common';
import { fillNormal, type RandomStream } from '../../data/random.js';
import { elementCount } from '../../data/shape.js';
import type { Value, Values } from '../../graph/index.js';
import type { Layer, LayerObserver, Scope } from '../../nn/index.js';
import type { Posterior } from '../posterior.js';

/** What stands between encoder and decoder: how features become latents. */
export interface Bottleneck<Encoding = unknown> {
  readonly type: string;
  /**
   * Features as latents, of whatever form.
   * @param features the encoder's output [batch, ...]
   * @param latent how many latents, or channels of latents
   * @throws UserError when the features do not fit
   */
  encode(features: Value, latent: number, scope: Scope, observe?: LayerObserver): Encoding;
  /** The latents that stand for an example, without noise: [batch, ...]. */
  point(encoding: Encoding): Value;
  /** What `encoder.onnx` gives, by name. */
  outputs(encoding: Encoding): Values;
  /** The outputs as text, for the file's metadata. @param latentShape of one example's latents */
  describe(latentShape: readonly number[]): string;
  /** KL divergence from the prior in nats, [batch]; missing where there is no density. */
  kl?(encoding: Encoding): Value;
  /** For bottlenecks that are Gaussian: q(z | x). */
  posterior?(encoding: Encoding): Posterior;
  /** For bottlenecks that draw: the layer that does so, unless the model has its own. */
  readonly sampling?: Layer<Posterior>;
  /** For bottlenecks with a codebook: how many codes it has. */
  readonly codes?: number;
  /** Latents drawn from the prior; missing where there is none. */
  readonly prior?: Prior;
}

/**
 * Draws latents on the host.
 * @param shape of all the latents, [count, ...]
 * @param parameters the model's tensors by name
 */
export type Prior = (
  shape: readonly number[],
  stream: RandomStream,
  parameters: Readonly<Record<string, Tensor>>,
) => Float32Array;

/** N(0, I) */
export const normalPrior: Prior = (shape, stream) => {
  const z = new Float32Array(elementCount(shape));
  fillNormal(stream, z);
  return z;
};

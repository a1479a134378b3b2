import type { Value, Values } from '../../graph/index.js';
import type { Layer, LayerObserver, Scope } from '../../nn/index.js';
import type { Posterior } from '../posterior.js';
import type { Sampler } from '../samplers/index.js';

/** The middle between encoder and decoder: how features become latents. */
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
  /** The outputs of `encoder.onnx`, by name. */
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
  /** Draws latents from the prior; missing where there is none. */
  readonly prior?: Sampler;
}

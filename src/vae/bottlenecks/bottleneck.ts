import type { Value, Values } from '../../graph/index.js';
import type { Initializer, Layer, LayerObserver, Scope } from '../../nn/index.js';
import type { Posterior } from '../posterior.js';
import type { Sampler } from '../samplers/index.js';

/** Draws of the posterior of each example, and their log densities in nats. */
export interface Draws {
  /** [batch, count, ...latent] */
  readonly z: Value;
  /** log q(z | x): [batch, count]. Of draws with further variables, with the ratio of their densities. */
  readonly logPosterior: Value;
  /** log p(z): [batch, count] */
  readonly logPrior: Value;
  /**
   * Divergences of latents in groups: KL(q(z_l | z_<l, x) ‖ p(z_l | z_<l)) of each group in nats,
   * by the draws of the groups above it.
   */
  readonly groupKl?: readonly Value[];
}

/** The sources of a bottleneck's draws. */
export interface DrawingSources {
  /** Gives parameters and noise. */
  readonly scope: Scope;
  /** −log p(x | z) in nats, [batch, count], for latents [batch, count, ...latent]. */
  negativeLogLikelihoods(z: Value): Value;
}

/** The surroundings in which features are encoded. */
export interface EncodingSources {
  /** Examples as the encoder's layers see them, scaled, with labels where it sees such: [batch, ...]. */
  readonly seen: Value;
  /**
   * Features of inputs that are no examples, by the encoder's own layers. They are held in the range of examples
   * where these are not scaled, and do not change the layers' states, such as running means.
   * @param inputs [n, ...], of the shape of `seen`
   */
  pseudoFeatures(inputs: Value): Value;
  /** Initializer of the heads' parameters; dense layers' own default when left out. */
  readonly initializer?: Initializer | undefined;
  readonly observe?: LayerObserver | undefined;
}

/** The middle between encoder and decoder: how features become latents. */
export interface Bottleneck<Encoding = unknown> {
  readonly type: string;
  /**
   * Features as latents, in the bottleneck's own form.
   * @param features the encoder's output [batch, ...]
   * @param latent how many latents, or channels of latents
   * @throws UserError when the features do not fit
   */
  encode(features: Value, latent: number, scope: Scope, sources: EncodingSources): Encoding;
  /** The latents that stand for an example, without noise: [batch, ...]. */
  point(encoding: Encoding): Value;
  /** The outputs of `encoder.onnx`, by name. */
  outputs(encoding: Encoding): Values;
  /** The outputs as text, for the file's metadata. @param latentShape of one example's latents */
  describe(latentShape: readonly number[]): string;
  /** KL divergence from the prior in nats, [batch]; missing where there is no closed form. */
  kl?(encoding: Encoding): Value;
  /** Posterior q(z | x), for bottlenecks that are Gaussian. */
  posterior?(encoding: Encoding): Posterior;
  /**
   * Draws of q(z | x) with their densities, for posteriors that are no diagonal Gaussian, and for priors
   * that are not N(0, I). A bottleneck with `posterior` needs none otherwise.
   */
  draws?(encoding: Encoding, count: number, sources: DrawingSources): Draws;
  /**
   * The input of the decoder's layers, where it is not z itself.
   * @param z [batch, ...latent]
   */
  toDecoder?(z: Value, scope: Scope): Value;
  /** The layer that draws, for bottlenecks that draw by a posterior, unless the model has its own. */
  readonly sampling?: Layer<Posterior>;
  /** Number of codes, for bottlenecks with a codebook. */
  readonly codes?: number | undefined;
  /** Number of codes a position, each of a codebook of its own. 1 when left out. */
  readonly codebooks?: number | undefined;
  /**
   * log p(z) in nats of any latents, [batch, count] for [batch, count, ...latent]; missing where the prior is N(0, I), and where
   * it has no density by the latents' own volume.
   */
  logPrior?(encoding: Encoding, z: Value): Value;
  /** Draws latents from the prior; missing where there is none. */
  readonly prior?: Sampler;
}

/** True where q(z | x) has a density, so that log p(x) has a bound. */
export const hasDensity = ({ posterior, draws }: Bottleneck): boolean =>
  posterior !== undefined || draws !== undefined;

import { elementCount } from '../base/shape.js';
import {
  add,
  constant,
  exp,
  mean,
  mul,
  square,
  sub,
  sum,
  unsqueeze,
  type Value,
} from '../graph/index.js';
import { type Layer, layer } from '../nn/index.js';

/**
 * The encoder's output: a diagonal Gaussian q(z | x), both tensors [batch, latent], or [batch, channels,
 * ...positions] where latents have positions.
 */
export interface Posterior {
  readonly mean: Value;
  readonly logVariance: Value;
}

/**
 * Draws z = mean + exp(logVariance / 2) · ε with ε ~ N(0, I): the reparameterization trick (Kingma
 * and Welling 2014, §2.4).
 */
export const sampling: Layer<Posterior> = layer('sampling', ({ mean, logVariance }, scope) => {
  const epsilon = scope.normal(mean.shape);
  return add(mean, mul(exp(mul(logVariance, 0.5)), epsilon));
});

/**
 * −2 KL(q(z | x) ‖ N(0, I)) of each latent: 1 + logVariance − mean² − exp(logVariance), [batch,
 * ...latent] (Kingma and Welling 2014, appendix B).
 */
function klTerms({ mean, logVariance }: Posterior): Value {
  return sub(sub(add(logVariance, 1), square(mean)), exp(logVariance));
}

/** The sum over the last axes, as many as one example's latents have. */
function sumLatents(x: Value, rank: number): Value {
  return sum(x, { axes: Array.from({ length: rank }, (_, i) => i - rank) });
}

/** KL(q(z | x) ‖ N(0, I)) in nats of each latent: [batch, ...latent]. */
export function klDivergence(posterior: Posterior): Value {
  return mul(klTerms(posterior), -0.5);
}

/** The same over all latents of an example: [batch]. */
export function exampleKl(posterior: Posterior): Value {
  return sumLatents(klDivergence(posterior), posterior.mean.shape.length - 1);
}

/** The posterior of several draws an example: both tensors [batch, count, ...latent]. */
export function ofDraws({ mean, logVariance }: Posterior, count: number): Posterior {
  const { length: rank } = mean.shape.slice(1);
  const zeros = constant(new Float32Array(count), [1, count, ...Array(rank).fill(1)]);
  const spread = (x: Value) => add(unsqueeze(x, [1]), zeros);
  return { mean: spread(mean), logVariance: spread(logVariance) };
}

/** Options for weighing the KL term against the reconstruction. */
export interface KlOptions {
  /** The factor before the term. */
  readonly weight: number;
  /**
   * `sum`: over latents, then the mean over the batch; with weight ½ the loss is the negative ELBO.
   * `mean`: over batch and latents, as in many tutorials.
   */
  readonly reduction: 'sum' | 'mean';
}

/** KL(q(z | x) ‖ N(0, I)) in nats, summed over latents, the mean over the batch: a scalar. */
export function meanKl(posterior: Posterior): Value {
  return mean(exampleKl(posterior));
}

/** Gives the factor from the KL divergence in nats to the KL term of the loss: 1 for the negative ELBO. */
export function klFactor({ weight, reduction }: KlOptions, latent: number): number {
  return (2 * weight) / (reduction === 'mean' ? latent : 1);
}

/**
 * The KL term of the loss, a scalar: −weight · reduction of (1 + logVariance − mean² −
 * exp(logVariance)); and the KL divergence in nats that it weighs, as `meanKl` has it.
 */
export function klTerm(
  posterior: Posterior,
  weight: Value,
  reduction: KlOptions['reduction'],
): { readonly kl: Value; readonly weightedKl: Value } {
  const terms = klTerms(posterior);
  const isMean = reduction === 'mean';
  const inner = posterior.mean.shape.slice(1) as number[];
  const reduced = mean(isMean ? terms : sumLatents(terms, inner.length));
  const latent = elementCount(inner);
  return {
    kl: mul(reduced, -0.5 * (isMean ? latent : 1)),
    weightedKl: mul(reduced, mul(weight, -1)),
  };
}

const logTwoPi = Math.log(2 * Math.PI);

/** log N(z; mean, exp(logVariance)) of each latent in nats; the three shapes broadcast. */
export function logDensities(z: Value, { mean, logVariance }: Posterior): Value {
  const scaled = mul(square(sub(z, mean)), exp(mul(logVariance, -1)));
  return mul(add(add(scaled, logVariance), logTwoPi), -0.5);
}

/**
 * log q(z | x) in nats.
 * @param z [batch, ...latent], or several an example: [batch, count, ...latent]
 * @returns [batch] or [batch, count]
 */
export function logPosterior(z: Value, { mean, logVariance }: Posterior): Value {
  const one = z.shape.length === mean.shape.length;
  const posterior = one
    ? { mean, logVariance }
    : { mean: unsqueeze(mean, [1]), logVariance: unsqueeze(logVariance, [1]) };
  return sumLatents(logDensities(z, posterior), mean.shape.length - 1);
}

/**
 * log p(z) under N(0, I) in nats, over the last axes.
 * @param rank how many axes one example's latents have
 */
export function logPrior(z: Value, rank = 1): Value {
  return sumLatents(mul(add(square(z), logTwoPi), -0.5), rank);
}

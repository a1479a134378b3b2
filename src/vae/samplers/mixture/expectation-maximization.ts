import type { LatentRows } from '../latent-rows.js';
import {
  type Covariance,
  factorize,
  factorSize,
  logScales,
  type Mixture,
  squaredLength,
} from './gaussians.js';

/** Shares of a row under this add nothing that double precision would keep. */
const leastShare = 1e-20;

/** Sums over rows, from which the next mixture is made. */
class Sums {
  readonly shares: Float64Array;
  /** Σ r (x − μ), about the means of the mixture before. */
  readonly firsts: Float64Array;
  /** Σ r (x − μ)(x − μ)ᵀ, its lower half; or its diagonal. */
  readonly seconds: Float64Array;

  constructor(
    private readonly covariance: Covariance,
    components: number,
    private readonly width: number,
  ) {
    this.shares = new Float64Array(components);
    this.firsts = new Float64Array(components * width);
    this.seconds = new Float64Array(components * factorSize(covariance, width));
  }

  add(component: number, share: number, difference: Float64Array, start: number): void {
    const { width, firsts, seconds } = this;
    this.shares[component]! += share;
    for (let i = 0; i < width; i++) {
      const part = share * difference[start + i]!;
      firsts[component * width + i]! += part;
      if (this.covariance === 'diagonal') {
        seconds[component * width + i]! += part * difference[start + i]!;
        continue;
      }
      const row = (component * width + i) * width;
      for (let j = 0; j <= i; j++) seconds[row + j]! += part * difference[start + j]!;
    }
  }

  /**
   * Weights, means and covariances by the sums.
   * @param before the means that the sums are about
   * @param variance added to each variance
   */
  mixture(before: Float64Array, rows: number, variance: number): Mixture {
    const { covariance, width, shares, firsts, seconds: factors } = this;
    const means = Float64Array.from(before);
    shares.forEach((share, k) => {
      // scikit-learn adds as much, so that a component without rows is no division by 0.
      const mass = share + 10 * Number.EPSILON;
      const shift = firsts.subarray(k * width, (k + 1) * width).map((value) => value / mass);
      for (let i = 0; i < width; i++) {
        means[k * width + i]! += shift[i]!;
        if (covariance === 'diagonal') {
          const at = k * width + i;
          factors[at] = Math.sqrt(factors[at]! / mass - shift[i]! ** 2 + variance);
          continue;
        }
        const row = (k * width + i) * width;
        for (let j = 0; j <= i; j++)
          factors[row + j] = factors[row + j]! / mass - shift[i]! * shift[j]!;
        factors[row + i]! += variance;
      }
      if (covariance === 'full') factorize(factors, k * width * width, width);
    });
    return { covariance, weights: shares.map((share) => share / rows), means, factors };
  }
}

/** Room for one row's differences from all means, and for its densities. */
function roomFor(components: number, width: number) {
  return {
    differences: new Float64Array(components * width),
    y: new Float64Array(width),
    logs: new Float64Array(components),
  };
}

/**
 * Computes log p(x) of each row in nats, and each component's part of it.
 * @param visit is told a row's differences from the means, and log (weight · density) of each component
 * @returns the mean of log p(x)
 */
function eachDensity(
  mixture: Mixture,
  { rows, count, width }: LatentRows,
  visit?: (differences: Float64Array, logs: Float64Array, logDensity: number) => void,
): number {
  const { means, weights } = mixture;
  const { differences, y, logs } = roomFor(weights.length, width);
  const scales = logScales(mixture);
  const apart = weights.map((_, k) => k);
  let total = 0;
  for (let row = 0; row < count; row++) {
    let peak = -Infinity;
    for (const k of apart) {
      const start = k * width;
      for (let i = 0; i < width; i++) {
        differences[start + i] = rows[row * width + i]! - means[start + i]!;
      }
      logs[k] = scales[k]! - squaredLength(mixture, k, differences, y) / 2;
      peak = Math.max(peak, logs[k]!);
    }
    let sum = 0;
    for (const log of logs) sum += Math.exp(log - peak);
    const logDensity = peak + Math.log(sum);
    total += logDensity;
    visit?.(differences, logs, logDensity);
  }
  return total / count;
}

/** The mean over rows of log p(x), in nats. */
export const meanLogLikelihood = (mixture: Mixture, latents: LatentRows) =>
  eachDensity(mixture, latents);

/** An iteration's mixture, and the mean of log p(x) by the mixture before it. */
export interface Iteration {
  readonly mixture: Mixture;
  readonly logLikelihood: number;
}

/**
 * One iteration of expectation and maximization (Dempster et al. 1977; Bishop, "Pattern Recognition and
 * Machine Learning", 2006, §9.2.2, eq. 9.23–9.26), both in one pass over the rows.
 * @param variance added to each variance
 * @throws UserError when a covariance has no inverse
 */
export function iterate(mixture: Mixture, latents: LatentRows, variance: number): Iteration {
  const { covariance, weights, means } = mixture;
  const sums = new Sums(covariance, weights.length, latents.width);
  const logLikelihood = eachDensity(mixture, latents, (differences, logs, logDensity) => {
    for (let k = 0; k < logs.length; k++) {
      const share = Math.exp(logs[k]! - logDensity);
      if (share > leastShare) sums.add(k, share, differences, k * latents.width);
    }
  });
  return { mixture: sums.mixture(means, latents.count, variance), logLikelihood };
}

/** The mixture of groups of rows: a component for each. @param groupOf the group of each row */
export function mixtureOfGroups(
  latents: LatentRows,
  groupOf: Int32Array,
  centres: Float64Array,
  covariance: Covariance,
  variance: number,
): Mixture {
  const { rows, count, width } = latents;
  const sums = new Sums(covariance, centres.length / width, width);
  const difference = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    const group = groupOf[row]!;
    for (let i = 0; i < width; i++) {
      difference[i] = rows[row * width + i]! - centres[group * width + i]!;
    }
    sums.add(group, 1, difference, 0);
  }
  return sums.mixture(centres, count, variance);
}

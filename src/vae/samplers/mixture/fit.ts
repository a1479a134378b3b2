import { breathe } from '../../../base/breathe.js';
import { randomStream } from '../../../base/random.js';
import { type LatentRows, meanVariance } from '../latent-rows.js';
import { iterate, meanLogLikelihood, mixtureOfGroups } from './expectation-maximization.js';
import { type Covariance, factorSize, type Mixture } from './gaussians.js';
import { kMeans } from './k-means.js';

/** Options for fitting a mixture. */
export interface FitMixtureOptions {
  readonly covariance: Covariance;
  /** Random starts. */
  readonly starts: number;
  /** Most iterations. */
  readonly iterations: number;
  /** The gain of the mean log-likelihood in nats under which it ends. */
  readonly tolerance: number;
  /** Added to the variances, as a share of their mean. */
  readonly jitter: number;
  readonly seed: number;
}

/** A mixture with how well it fits. */
export interface FittedMixture {
  readonly mixture: Mixture;
  /** The mean over rows of log p(x), in nats. */
  readonly logLikelihood: number;
}

/** Iterations of each start before the best of them goes on. */
const firstIterations = 10;

/** Iterations of k-means that each start takes, at most. */
const groupingIterations = 20;

/** Counts of components in a row that do not lower the criterion, after which none higher is tried. */
const patience = 3;

/** Goes on from a mixture, for so many iterations or until it gains less than the tolerance. */
async function climb(
  start: Mixture,
  latents: LatentRows,
  iterations: number,
  tolerance: number,
  variance: number,
): Promise<FittedMixture> {
  let mixture = start;
  let before = -Infinity;
  for (let i = 0; i < iterations; i++) {
    const next = iterate(mixture, latents, variance);
    if (Math.abs(next.logLikelihood - before) < tolerance) break;
    before = next.logLikelihood;
    mixture = next.mixture;
    await breathe();
  }
  return { mixture, logLikelihood: meanLogLikelihood(mixture, latents) };
}

/**
 * A mixture of Gaussians fitted by expectation and maximization. Each start takes a few iterations from
 * groups of k-means, and the best of them goes on to the end (Biernacki et al. 2003, "Choosing starting
 * values for the EM algorithm", §2.3, https://doi.org/10.1016/S0167-9473(02)00163-9).
 */
export async function fitMixture(
  latents: LatentRows,
  components: number,
  options: FitMixtureOptions,
): Promise<FittedMixture> {
  const { covariance, starts, iterations, tolerance, jitter, seed } = options;
  const variance = jitter * (meanVariance(latents) || 1);
  let best: FittedMixture | undefined;
  for (let i = 0; i < starts; i++) {
    const stream = randomStream(seed, 'gaussianMixture', i);
    const { groupOf, centres } = kMeans(latents, components, groupingIterations, stream);
    const start = mixtureOfGroups(latents, groupOf, centres, covariance, variance);
    const most = Math.min(firstIterations, iterations);
    const found = await climb(start, latents, most, tolerance, variance);
    if (!best || found.logLikelihood > best.logLikelihood) best = found;
  }
  return climb(best!.mixture, latents, iterations - firstIterations, tolerance, variance);
}

/** The free numbers of a mixture. */
function freedomOf({ covariance, weights, means }: Mixture): number {
  const width = means.length / weights.length;
  const ofCovariance = covariance === 'full' ? (width * (width + 1)) / 2 : width;
  return weights.length * (1 + width + ofCovariance) - 1;
}

/** The Bayesian information criterion (Schwarz 1978) in nats, −2 log p(rows) + freedom · log N: less is better. */
export const criterion = ({ mixture, logLikelihood }: FittedMixture, count: number) =>
  freedomOf(mixture) * Math.log(count) - 2 * count * logLikelihood;

/**
 * The mixture of `fewest` to `most` components with the least Bayesian information criterion.
 * Counts are tried upwards until three in a row have not lowered it.
 */
export async function chooseMixture(
  latents: LatentRows,
  [fewest, most]: readonly [number, number],
  options: FitMixtureOptions,
): Promise<FittedMixture> {
  let best = await fitMixture(latents, fewest, options);
  for (let k = fewest + 1, worse = 0; k <= most && worse < patience; k++) {
    const found = await fitMixture(latents, k, options);
    if (criterion(found, latents.count) < criterion(best, latents.count))
      [best, worse] = [found, 0];
    else worse += 1;
  }
  return best;
}

/** Draws by a mixture, one after another. @param uniform chooses components, [n] @param normal [n, d] */
export function drawMixture(
  { covariance, weights, means, factors }: Mixture,
  uniform: Float32Array,
  normal: Float32Array,
): Float32Array {
  const width = means.length / weights.length;
  const size = factorSize(covariance, width);
  return normal.map((noise, place) => {
    const [row, i] = [Math.floor(place / width), place % width];
    let left = uniform[row]!;
    const chosen = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    // Weights in float32 may sum to a little less than 1.
    const k = chosen < 0 ? weights.length - 1 : chosen;
    const mean = means[k * width + i]!;
    if (covariance === 'diagonal') return mean + factors[k * size + i]! * noise;
    let value = mean;
    for (let j = 0; j <= i; j++) {
      value += factors[k * size + i * width + j]! * normal[row * width + j]!;
    }
    return value;
  });
}

import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { fillNormal, randomStream } from '../../base/random.js';

/** The posteriors of examples, as one distribution. */
export interface AggregatePosterior {
  /**
   * Information of each example in nats, [N]: log q(z | x) − log q(z) at a draw of q(z | x), where q(z) is the
   * mean of all posteriors. Their mean is the mutual information of x and z, at most log N.
   */
  readonly information: Float64Array;
  /** Divergence of each example in nats, [N]: log q(z) − log p(z) at that draw, where p(z) is N(0, I). */
  readonly divergence: Float64Array;
}

/**
 * The mutual information of examples and latents, and the divergence of the aggregate posterior from the prior N(0, I),
 * whose sum is the mean KL divergence of the posteriors (Hoffman and Johnson 2016, eq. 8,
 * http://approximateinference.org/accepted/HoffmanJohnson2016.pdf), by a draw of each example. The time grows with
 * the square of the number of examples.
 * @param posterior diagonal Gaussians: float32 [N, ...latent], as `vae.encode` gives them
 * @param seed decides the draws
 * @throws UserError when mean and variance differ in shape, or the encoder is deterministic
 */
export function aggregatePosterior(
  { mean, logVariance }: { readonly mean: Tensor; readonly logVariance: Tensor },
  seed = 0,
): AggregatePosterior {
  const [count] = mean.dims as readonly [number];
  const width = mean.size / count;
  const [middles, logs] = [mean.data as Float32Array, logVariance.data as Float32Array];
  if (logs.length !== middles.length || logs.some((value) => value === -Infinity)) {
    throw new UserError(
      'Mutual information takes Gaussian posteriors: a mean and a finite log-variance for each latent. Give those of a model with a Gaussian posterior.',
    );
  }
  const noise = new Float32Array(middles.length);
  fillNormal(randomStream(seed, 'aggregate posterior'), noise);
  const precisions = Float64Array.from(logs, (log) => Math.exp(-log));
  // Half the sum of each example's log-variances: the constant of its density, without log 2π.
  const halves = Float64Array.from({ length: count }, (_, i) => sumOf(logs, i, width) / 2);
  const information = new Float64Array(count);
  const divergence = new Float64Array(count);
  const densities = new Float64Array(count);
  const z = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    let squares = 0;
    for (let j = 0; j < width; j++) {
      const place = i * width + j;
      z[j] = middles[place]! + noise[place]! * Math.exp(logs[place]! / 2);
      squares += z[j]! ** 2;
    }
    for (let other = 0; other < count; other++) {
      let far = 0;
      for (let j = 0, place = other * width; j < width; j++, place++) {
        far += (z[j]! - middles[place]!) ** 2 * precisions[place]!;
      }
      densities[other] = -halves[other]! - far / 2;
    }
    const all = logMean(densities);
    information[i] = densities[i]! - all;
    divergence[i] = all + squares / 2;
  }
  return { information, divergence };
}

function sumOf(values: Float32Array, row: number, width: number): number {
  let sum = 0;
  for (let j = row * width; j < (row + 1) * width; j++) sum += values[j]!;
  return sum;
}

/** The logarithm of the mean of numbers that are given by their logarithms. */
function logMean(logs: Float64Array): number {
  const most = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - most);
  return most + Math.log(sum / logs.length);
}

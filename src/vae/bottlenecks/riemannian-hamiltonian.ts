import {
  add,
  cast,
  constant,
  div,
  exp,
  floor,
  gather,
  less,
  matmul,
  minimum,
  mul,
  reshape,
  size,
  squeeze,
  sub,
  transpose,
  unsqueeze,
  type Value,
  where,
} from '../../graph/index.js';
import { applyLayers, dense, flatten, type Scope, type State } from '../../nn/index.js';
import { halfSquares, toRows } from '../hamiltonian-monte-carlo.js';
import { withSlope } from '../leapfrog.js';
import { logPosterior, logPrior, ofDraws, type Posterior, sampling } from '../posterior.js';
import { cholesky, inverted, solveTransposed } from '../riemannian/cholesky.js';
import {
  keptMetric,
  type Metric,
  type MetricAt,
  metricAt,
  presentOf,
  riemannianPath,
} from '../riemannian/metric.js';
import type { Bottleneck, DrawingSources } from './bottleneck.js';
import { gaussian } from './gaussian.js';
import { quadraticTempering } from './tempering.js';

/** Options by which a Riemannian Hamiltonian posterior moves its draws. */
export interface RiemannianHamiltonianOptions {
  /** K: steps of the generalized leapfrog integrator. */
  readonly leapfrogSteps: number;
  readonly stepSize: number;
  /** Fixed-point iterations of its implicit equations. */
  readonly iterations: number;
  readonly beta0: number;
  /** T of the metric. */
  readonly temperature: number;
  /** λ of the metric. */
  readonly regularization: number;
  /** Units of the metric's network. */
  readonly hidden: number;
  /** Centroids that are kept of the training data. */
  readonly centroids: number;
}

/** A diagonal Gaussian, and the metric of the latent space. */
export interface RiemannianEncoding {
  readonly posterior: Posterior;
  readonly metric: Metric;
}

/**
 * M = L Lᵀ of each example, [batch, latent, latent], L being lower triangular with a positive diagonal (Chadebec et al.
 * 2020, §3.3): by a network of one hidden layer, as in pythae.
 */
function matricesOf(examples: Value, latent: number, hidden: number, scope: Scope): Value {
  const layers = [flatten(), dense(hidden, { activation: 'relu' })];
  const features = applyLayers(layers, examples, scope.child('metric'));
  const places = Array.from({ length: latent * latent }, (_, place) => place);
  const row = (place: number) => Math.floor(place / latent);
  /** Numbers [batch, places] put at places of a matrix. */
  const placed = (numbers: Value, at: readonly number[]) => {
    const chosen = new Float32Array(at.length * latent * latent);
    at.forEach((place, i) => {
      chosen[i * latent * latent + place] = 1;
    });
    return matmul(numbers, constant(chosen, [at.length, latent * latent]));
  };
  const head = (name: string, count: number) => dense(count).apply(features, scope.child(name));
  const diagonal = places.filter((place) => row(place) === place % latent);
  const lower = places.filter((place) => row(place) > place % latent);
  const positive = placed(exp(head('diagonal', latent)), diagonal);
  const whole = lower.length ? add(positive, placed(head('lower', lower.length), lower)) : positive;
  const factor = reshape(whole, [-1, latent, latent]);
  return matmul(factor, transpose(factor, [0, 2, 1]));
}

/**
 * The metric: in training from the batch's means and matrices, else from the kept ones of training data. Each step puts
 * examples of its batch, chosen at random, in the place of as many kept ones.
 */
function metricOf(
  mean: Value,
  matrices: Value,
  options: RiemannianHamiltonianOptions,
  scope: Scope,
): Metric {
  const count = options.centroids;
  const kept = keptMetric(count, mean.shape[1] as number, options, scope);
  const known = presentOf(kept);
  if (!scope.training) return known;
  const examples = size(mean.shape[0]!);
  const own = scope.child(riemannianPath);
  const isReplaced = less(own.uniform([count]), div(examples, count));
  const places = floor(mul(own.uniform([count]), examples));
  const chosen = cast(minimum(places, sub(examples, 1)), 'int64');
  const next = ({ value }: State, values: Value) =>
    where(toRows(isReplaced, value), gather(values, chosen), value);
  kept.centroids.update(next(kept.centroids, mean));
  kept.matrices.update(next(kept.matrices, matrices));
  return { ...known, centroids: mean, matrices };
}

/** A point of the dynamics: z and all that is known there. */
interface Place {
  /** [n, latent] */
  readonly z: Value;
  readonly metric: MetricAt;
  /** log |G⁻¹(z)|: [n]. */
  readonly logDet: Value;
  /** The slope of −log p(x, z) + ½ log |G(z)|: [n, latent]. */
  readonly slope: Value;
  /** Momenta of N(0, G(z)), by draws of N(0, I), [n, latent] each. */
  momentum(normal: Value): Value;
}

/** @param nats −log p(x | z): [n] */
function placeOf(z: Value, metric: Metric, nats: (z: Value) => Value): Place {
  return withSlope(z, (own) => {
    const at = metricAt(own, metric);
    const { logDet } = inverted(at.inverse);
    return {
      z,
      metric: at,
      logDet,
      energy: sub(add(nats(own), halfSquares(own)), mul(logDet, 0.5)),
      momentum: (normal: Value) =>
        squeeze(solveTransposed(cholesky(at.inverse), unsqueeze(normal, [2])), [2]),
    };
  });
}

/**
 * A step of the generalized leapfrog integrator (Girolami and Calderhead 2011, eq. 16 to 18; Chadebec et al. 2020, eq. 10):
 * the first equation, of the momenta, and the second, of the position, are implicit, so both are iterated.
 */
function generalizedStep(
  from: Place,
  momentum: Value,
  placeAt: (z: Value) => Place,
  velocityAt: (z: Value, momentum: Value) => Value,
  { stepSize, iterations }: RiemannianHamiltonianOptions,
): { readonly place: Place; readonly momentum: Value } {
  const half = stepSize / 2;
  const pulled = (place: Place, start: Value, by: Value) =>
    sub(start, mul(add(place.slope, place.metric.slope(by)), half));
  let between = momentum;
  for (let i = 0; i < iterations; i++) between = pulled(from, momentum, between);
  const first = from.metric.velocity(between);
  let z = from.z;
  for (let i = 0; i < iterations; i++) {
    z = add(from.z, mul(add(first, velocityAt(z, between)), half));
  }
  const place = placeAt(z);
  return { place, momentum: pulled(place, between, between) };
}

/** Moves draws, and gives their log densities. */
function drawsOf(
  { posterior, metric }: RiemannianEncoding,
  count: number,
  { scope, negativeLogLikelihoods }: DrawingSources,
  options: RiemannianHamiltonianOptions,
) {
  const start = sampling.apply(ofDraws(posterior, count), scope.child('sampling'));
  const [batch, , latent] = start.shape as readonly [string, number, number];
  const drawn = reshape(scope.child('momentum').normal(start.shape), [-1, latent]);
  const apart = (rows: Value) =>
    reshape(rows, [batch, count, ...(rows.shape.slice(1) as number[])]);
  const nats = (z: Value) => reshape(negativeLogLikelihoods(apart(z)), [-1]);
  const placeAt = (z: Value) => placeOf(z, metric, nats);
  const velocityAt = (z: Value, momentum: Value) => metricAt(z, metric).velocity(momentum);
  const rootBeta0 = constant(Math.sqrt(options.beta0), []);
  const { factors } = quadraticTempering(rootBeta0, options.leapfrogSteps);
  const first = placeAt(reshape(start, [-1, latent]));
  let place = first;
  let momentum = div(first.momentum(drawn), rootBeta0);
  for (const factor of factors) {
    const moved = generalizedStep(place, momentum, placeAt, velocityAt, options);
    place = moved.place;
    momentum = mul(moved.momentum, factor);
  }
  const kept = sub(place.metric.energy(momentum), halfSquares(drawn));
  const stretched = mul(sub(first.logDet, place.logDet), 0.5);
  const z = apart(place.z);
  return {
    z,
    logPosterior: add(logPosterior(start, posterior), apart(add(kept, stretched))),
    logPrior: logPrior(z),
  };
}

/**
 * A Riemannian Hamiltonian posterior, and the prior N(0, I): as `hamiltonian`, with momenta ρ₀ ~ N(0, G(z₀) / β₀) and the
 * energy −log p(x, z) + ½ log |G(z)| + ½ ρᵀ G⁻¹(z) ρ of a metric that is learnt (Chadebec et al. 2020, §3,
 * https://arxiv.org/abs/2010.11518). The integrator keeps volume as far as its iterations converge, so that with
 * ρ₀ = G(z₀)^½ γ / √β₀ and γ ~ N(0, I)
 * log q(z₀ | x) + log N(ρ₀; 0, G(z₀) / β₀) − ½ latents · log β₀ − log N(ρ_K; 0, G(z_K)) =
 * log q(z₀ | x) − ½ |γ|² + ½ ρ_Kᵀ G⁻¹(z_K) ρ_K + ½ log |G⁻¹(z₀)| − ½ log |G⁻¹(z_K)|. pythae's loss leaves log |G⁻¹(z₀)| out.
 *
 * Trained: `riemannian.metric.1`, `.diagonal` and `.lower`, the metric's network. States: as `keptMetric` has them. The
 * mean of the Gaussian stands for an example.
 */
export function riemannianHamiltonian(
  options: RiemannianHamiltonianOptions,
): Bottleneck<RiemannianEncoding> {
  return {
    type: 'riemannianHamiltonian',
    encode(features, latent, scope, sources) {
      const posterior = gaussian.encode(features, latent, scope, sources);
      const own = scope.child(riemannianPath);
      const matrices = matricesOf(sources.seen, latent, options.hidden, own);
      return { posterior, metric: metricOf(posterior.mean, matrices, options, scope) };
    },
    point: ({ posterior }) => gaussian.point(posterior),
    outputs: ({ posterior }) => gaussian.outputs(posterior),
    describe: gaussian.describe,
    draws: (encoding, count, sources) => drawsOf(encoding, count, sources, options),
    prior: gaussian.prior!,
  };
}

import { add, div, mul, square, sub, sum, type Value } from '../../graph/index.js';
import { leapfrogStep, type PhasePoint, withSlope } from '../leapfrog.js';
import { logPosterior, logPrior, ofDraws, type Posterior, sampling } from '../posterior.js';
import type { Bottleneck } from './bottleneck.js';
import { gaussian } from './gaussian.js';
import { between, type TemperingOptions, temperingOf } from './tempering.js';

/** Options by which a Hamiltonian posterior moves its draws. */
export interface HamiltonianOptions extends Omit<TemperingOptions, 'steps'> {
  /** K: leapfrog steps. */
  readonly leapfrogSteps: number;
  /** The size of the steps at the start of training. */
  readonly stepSize: number;
  /** The size that they stay under. */
  readonly largestStepSize: number;
}

/** The path of the trained numbers. */
const hamiltonianPath = 'hamiltonian';

/** Half the sum of squares over the last axes. @param rank how many */
const halfSquares = (x: Value, rank: number) =>
  mul(sum(square(x), { axes: Array.from({ length: rank }, (_, i) => i - rank) }), 0.5);

/**
 * A Hamiltonian posterior, and the prior N(0, I): draws of a diagonal Gaussian and momenta ρ₀ ~ N(0, I / β₀) move by
 * leapfrog steps of the energy −log p(x, z), each followed by a cooling of the momenta (Caterini et al. 2018, algorithm 1,
 * https://arxiv.org/abs/1805.11328). The steps keep volume, and the cooling takes log β₀ / 2 of each latent's log density, so
 * that with γ = √β₀ ρ₀ ~ N(0, I)
 * log q(z₀ | x) + log N(ρ₀; 0, I / β₀) − ½ latents · log β₀ − log N(ρ_K; 0, I) = log q(z₀ | x) + ½ |ρ_K|² − ½ |γ|².
 * Trained: `hamiltonian.stepSize` [...latent], one for each latent, and `hamiltonian.beta0` or `hamiltonian.cooling`. The mean
 * of the Gaussian stands for an example.
 */
export function hamiltonian(options: HamiltonianOptions): Bottleneck<Posterior> {
  const { encode, point, outputs, describe } = gaussian;
  const { stepSize, largestStepSize } = options;
  return {
    type: 'hamiltonian',
    encode,
    point,
    outputs,
    describe,
    draws(posterior, count, { scope, negativeLogLikelihoods }) {
      const own = scope.child(hamiltonianPath);
      const latentShape = posterior.mean.shape.slice(1) as number[];
      const { length: rank } = latentShape;
      const sizes = { first: stepSize, most: largestStepSize };
      const size = between(own, 'stepSize', latentShape, sizes);
      const { rootBeta0, factors } = temperingOf({ ...options, steps: options.leapfrogSteps }, own);
      const start = sampling.apply(ofDraws(posterior, count), scope.child('sampling'));
      const drawn = scope.child('momentum').normal(start.shape);
      const energy = (z: Value) => add(negativeLogLikelihoods(z), halfSquares(z, rank));
      const knownAt = (z: Value) => withSlope(z, (own) => ({ energy: energy(own) }));
      let point: PhasePoint = { z: start, momentum: div(drawn, rootBeta0), at: knownAt(start) };
      for (const factor of factors) {
        const moved = leapfrogStep(point, size, knownAt);
        point = { ...moved, momentum: mul(moved.momentum, factor) };
      }
      const kept = sub(halfSquares(point.momentum, rank), halfSquares(drawn, rank));
      return {
        z: point.z,
        logPosterior: add(logPosterior(start, posterior), kept),
        logPrior: logPrior(point.z, rank),
      };
    },
    prior: gaussian.prior!,
  };
}

import {
  add,
  div,
  mul,
  reciprocal,
  sigmoid,
  slice,
  sqrt,
  square,
  squeeze,
  sub,
  sum,
  type Value,
} from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import { leapfrogStep, type PhasePoint, slopeOf } from '../leapfrog.js';
import { logPosterior, logPrior, ofDraws, type Posterior, sampling } from '../posterior.js';
import type { Bottleneck } from './bottleneck.js';
import { gaussian } from './gaussian.js';

/** How the momenta cool from 1 / β₀ to 1. */
export const temperings = ['fixed', 'free', 'none'] as const;

/** How a Hamiltonian posterior moves its draws. */
export interface HamiltonianOptions {
  /** K: leapfrog steps. */
  readonly leapfrogSteps: number;
  /** The size of the steps at the start of training. */
  readonly stepSize: number;
  /** The size that they stay under. */
  readonly largestStepSize: number;
  readonly tempering: (typeof temperings)[number];
  /** β₀ at the start of training. */
  readonly beta0: number;
}

/** The path of the trained numbers. */
const hamiltonianPath = 'hamiltonian';

/** A trained number between 0 and `most` that starts at `first`. */
function between(
  scope: Scope,
  name: string,
  shape: readonly number[],
  { first, most = 1 }: { readonly first: number; readonly most?: number },
): Value {
  const raw = scope.parameter(name, shape, { constant: Math.log(first / (most - first)) });
  return most === 1 ? sigmoid(raw) : mul(sigmoid(raw), most);
}

/** The momenta's temperature. */
interface Tempering {
  /** √β₀, a scalar. */
  readonly rootBeta0: Value | 1;
  /** αₖ = √βₖ₋₁ / √βₖ, the factor of the momenta after each step. */
  readonly factors: readonly (Value | 1)[];
}

/**
 * `fixed`: 1 / √βₖ = (1 − 1 / √β₀) k² / K² + 1 / √β₀ with a trained β₀ (Caterini et al. 2018, §3.3); `free`: each αₖ of
 * (0, 1) is trained, and √β₀ is their product; `none`: β₀ = 1.
 */
function temperingOf(
  {
    leapfrogSteps: steps,
    tempering,
    beta0,
  }: Omit<HamiltonianOptions, 'stepSize' | 'largestStepSize'>,
  scope: Scope,
): Tempering {
  const places = Array.from({ length: steps }, (_, k) => k);
  if (tempering === 'none') return { rootBeta0: 1, factors: places.map(() => 1) };
  if (tempering === 'free') {
    const alphas = between(scope, 'cooling', [steps], { first: beta0 ** (0.5 / steps) });
    const factors = places.map((k) =>
      squeeze(slice(alphas, [{ axis: 0, start: k, end: k + 1 }]), [0]),
    );
    return { rootBeta0: factors.reduce((a, b) => mul(a, b)), factors };
  }
  const rootBeta0 = sqrt(between(scope, 'beta0', [], { first: beta0 }));
  const inverse = reciprocal(rootBeta0);
  const heats = [0, ...places.map((k) => k + 1)].map((k) => {
    const share = (k / steps) ** 2;
    return add(mul(inverse, 1 - share), share);
  });
  return { rootBeta0, factors: places.map((k) => div(heats[k + 1]!, heats[k]!)) };
}

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
      const { rootBeta0, factors } = temperingOf(options, own);
      const start = sampling.apply(ofDraws(posterior, count), scope.child('sampling'));
      const drawn = scope.child('momentum').normal(start.shape);
      const energy = (z: Value) => add(negativeLogLikelihoods(z), halfSquares(z, rank));
      const slopeAt = slopeOf(energy);
      let at: PhasePoint = { z: start, momentum: div(drawn, rootBeta0), slope: slopeAt(start) };
      for (const factor of factors) {
        const moved = leapfrogStep(at, size, slopeAt);
        at = { ...moved, momentum: mul(moved.momentum, factor) };
      }
      const kept = sub(halfSquares(at.momentum, rank), halfSquares(drawn, rank));
      return {
        z: at.z,
        logPosterior: add(logPosterior(start, posterior), kept),
        logPrior: logPrior(at.z, rank),
      };
    },
    prior: gaussian.prior!,
  };
}

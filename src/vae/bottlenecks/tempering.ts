import {
  add,
  div,
  mul,
  reciprocal,
  sigmoid,
  slice,
  sqrt,
  squeeze,
  type Value,
} from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';

/** Ways in which the momenta cool from 1 / β₀ to 1. */
export const temperings = ['fixed', 'free', 'none'] as const;

export interface TemperingOptions {
  /** K: steps, each followed by a cooling. */
  readonly steps: number;
  readonly tempering: (typeof temperings)[number];
  /** β₀ at the start of training. */
  readonly beta0: number;
}

/** The temperature of momenta. */
export interface Tempering {
  /** √β₀, a scalar. */
  readonly rootBeta0: Value | 1;
  /** αₖ = √βₖ₋₁ / √βₖ, the factor of the momenta after each step. */
  readonly factors: readonly (Value | 1)[];
}

/** A trained number between 0 and `most` that starts at `first`. */
export function between(
  scope: Scope,
  name: string,
  shape: readonly number[],
  { first, most = 1 }: { readonly first: number; readonly most?: number },
): Value {
  const raw = scope.parameter(name, shape, { constant: Math.log(first / (most - first)) });
  return most === 1 ? sigmoid(raw) : mul(sigmoid(raw), most);
}

/** 1 / √βₖ = (1 − 1 / √β₀) k² / K² + 1 / √β₀ (Caterini et al. 2018, §3.3). @param rootBeta0 √β₀, a scalar */
export function quadraticTempering(rootBeta0: Value, steps: number): Tempering {
  const inverse = reciprocal(rootBeta0);
  const heats = Array.from({ length: steps + 1 }, (_, k) => {
    const share = (k / steps) ** 2;
    return add(mul(inverse, 1 - share), share);
  });
  const factors = heats.slice(1).map((heat, k) => div(heat, heats[k]!));
  return { rootBeta0, factors };
}

/**
 * `fixed`: as `quadraticTempering`, with a trained β₀; `free`: each αₖ of (0, 1) is trained, and √β₀ is their product;
 * `none`: β₀ = 1. Trained: `beta0`, or `cooling` [K].
 */
export function temperingOf(
  { steps, tempering, beta0 }: TemperingOptions,
  scope: Scope,
): Tempering {
  if (tempering === 'none') return { rootBeta0: 1, factors: new Array<1>(steps).fill(1) };
  if (tempering === 'fixed') {
    return quadraticTempering(sqrt(between(scope, 'beta0', [], { first: beta0 })), steps);
  }
  const alphas = between(scope, 'cooling', [steps], { first: beta0 ** (0.5 / steps) });
  const factors = Array.from({ length: steps }, (_, k) =>
    squeeze(slice(alphas, [{ axis: 0, start: k, end: k + 1 }]), [0]),
  );
  return { rootBeta0: factors.reduce((a, b) => mul(a, b)), factors };
}

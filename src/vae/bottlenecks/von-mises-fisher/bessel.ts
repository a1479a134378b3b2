import {
  add,
  div,
  exp,
  log,
  mul,
  reciprocal,
  sqrt,
  square,
  sub,
  type Value,
} from '../../../graph/index.js';

/*
 * Modified Bessel functions of the first kind, for the densities on a sphere. Large orders are computed by
 * Debye's expansion, which holds for every κ alike (https://dlmf.nist.gov/10.41#E3), and small ones from these
 * by Miller's downward recurrence (https://dlmf.nist.gov/10.29#E1), which is stable. With the factor κ^−ν taken
 * out, nothing is singular at κ = 0. All is in float64, with an error of some 10⁻⁹.
 */

/** From this order on five terms of the expansion suffice. */
const expandedFrom = 16;

/**
 * The terms Uₖ(p) / νᵏ, k = 1 … 5, as polynomials in p² times p / ν to the power k; by their common
 * denominators (https://dlmf.nist.gov/10.41#E10).
 */
const terms: readonly (readonly [denominator: number, coefficients: readonly number[]])[] = [
  [24, [3, -5]],
  [1152, [81, -462, 385]],
  [414_720, [30_375, -369_603, 765_765, -425_425]],
  [39_813_120, [4_465_125, -94_121_676, 349_922_430, -446_185_740, 185_910_725]],
  [
    6_688_604_160,
    [
      1_519_035_525, -49_286_948_607, 284_499_769_554, -614_135_872_350, 566_098_157_625,
      -188_699_385_875,
    ],
  ],
];

const polynomial = (coefficients: readonly number[], x: Value) =>
  coefficients
    .slice(0, -1)
    .reduceRight<Value | number>((total, each) => add(mul(total, x), each), coefficients.at(-1)!);

/** log (I_ν(κ) e^−κ κ^−ν) by Debye's expansion, as `rest` − ν log `base`. */
function expanded(order: number, kappa: Value): { rest: Value; base: Value } {
  const root = sqrt(add(square(kappa), order ** 2));
  const t = reciprocal(root);
  const p2 = mul(square(t), order ** 2);
  // Horner's rule once more, over the terms.
  const corrections = terms.reduceRight<Value | number>(
    (total, [denominator, coefficients]) =>
      mul(add(div(polynomial(coefficients, p2), denominator), total), t),
    0,
  );
  const factor = mul(log(mul(root, 2 * Math.PI)), 0.5);
  const exponent = div(order ** 2, add(root, kappa));
  return { rest: add(sub(exponent, factor), log(add(corrections, 1))), base: add(root, order) };
}

/** Functions of κ ≥ 0, of its shape. */
export interface Bessel {
  /** log (I_ν(κ) e^−κ κ^−ν) */
  readonly log: Value;
  /** I_ν₊₁(κ) / (κ I_ν(κ)) */
  readonly ratio: Value;
}

/**
 * Both functions of one order.
 * @param order ν ≥ 0
 * @param kappa float64
 */
export function bessel(order: number, kappa: Value): Bessel {
  const steps = Math.max(0, Math.ceil(expandedFrom - order));
  const top = order + steps;
  const [start, next] = [expanded(top, kappa), expanded(top + 1, kappa)];
  const squared = square(kappa);
  // Not a difference of the two logarithms, which are large where κ is.
  const change = mul(log(div(next.base, start.base)), top);
  let ratio = div(exp(sub(sub(next.rest, start.rest), change)), next.base);
  let product: Value | undefined;
  for (let at = top; at > top - steps; at--) {
    ratio = reciprocal(add(mul(squared, ratio), 2 * at));
    product = product ? mul(product, ratio) : ratio;
  }
  const whole = sub(start.rest, mul(log(start.base), top));
  return { log: product ? sub(whole, log(product)) : whole, ratio };
}

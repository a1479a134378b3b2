import {
  add,
  constant,
  div,
  exp,
  log,
  matmul,
  mul,
  pow,
  prod,
  reciprocal,
  slice,
  sqrt,
  square,
  squeeze,
  stack,
  sub,
  sum,
  unsqueeze,
  type Value,
} from '../../../graph/index.js';

/*
 * Modified Bessel functions of the first kind, for the densities on a sphere. Large orders are computed by
 * Debye's expansion, which holds for every κ alike (https://dlmf.nist.gov/10.41#E3), and small ones from these
 * by Miller's downward recurrence (https://dlmf.nist.gov/10.29#E1), which is stable. With the factor κ^−ν taken
 * out, nothing is singular at κ = 0. All is in float64, with an error under 10⁻⁷.
 */

/** The order from which on five terms of the expansion suffice. */
const expandedFrom = 10;

/**
 * The terms Uₖ(p) / νᵏ, k = 1 … 5, as polynomials in p² times (p / ν)ᵏ; with their common denominators
 * (https://dlmf.nist.gov/10.41#E10).
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

/** Row i holds the factors of p²ⁱ in each term: [6, 5]. */
const factors = Array.from({ length: 30 }, (_, at) => {
  const [denominator, coefficients] = terms[at % 5]!;
  return (coefficients[Math.floor(at / 5)] ?? 0) / denominator;
});

/** Constants along a last axis. */
const row = (...numbers: readonly number[]) => constant(numbers, [numbers.length], 'float64');

/** log (I_ν(κ) e^−κ κ^−ν) by Debye's expansion, as `rest` − ν log `base`, for several orders at once. */
function expanded(orders: readonly number[], kappa: Value): { rest: Value; base: Value } {
  const order = row(...orders);
  const square2 = mul(order, order);
  const k = unsqueeze(kappa, [-1]);
  const root = sqrt(add(square(k), square2));
  const t = unsqueeze(reciprocal(root), [-1]);
  const p2 = mul(square(t), unsqueeze(square2, [-1]));
  const polynomials = matmul(pow(p2, row(0, 1, 2, 3, 4, 5)), constant(factors, [6, 5], 'float64'));
  const corrections = sum(mul(polynomials, pow(t, row(1, 2, 3, 4, 5))), { axes: [-1] });
  const factor = mul(log(mul(root, 2 * Math.PI)), 0.5);
  const exponent = div(square2, add(root, k));
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
  const { rest, base } = expanded([top, top + 1], kappa);
  const at = (x: Value, place: number) =>
    squeeze(slice(x, [{ axis: -1, start: place, end: place + 1 }]), [-1]);
  // A logarithm of the quotient: the two logarithms, large where κ is, would lose digits in a difference.
  const change = mul(log(div(at(base, 1), at(base, 0))), top);
  const squared = square(kappa);
  const ratios = [div(exp(sub(sub(at(rest, 1), at(rest, 0)), change)), at(base, 1))];
  for (let own = top; own > order; own--) {
    ratios.push(reciprocal(add(mul(squared, ratios.at(-1)!), 2 * own)));
  }
  const whole = sub(at(rest, 0), mul(log(at(base, 0)), top));
  const [, ...below] = ratios;
  return {
    log: below.length > 0 ? sub(whole, log(prod(stack(below, -1), { axes: [-1] }))) : whole,
    ratio: ratios.at(-1)!,
  };
}

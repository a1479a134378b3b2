/*
 * The gamma function's logarithm by Stirling's series (https://dlmf.nist.gov/5.11#E1), and its derivative's
 * (https://dlmf.nist.gov/5.11#E2), from 8 on, where eight terms leave 10⁻¹⁵. Smaller x are taken there by
 * Γ(x + 8) = x (x + 1) ⋯ (x + 7) Γ(x).
 */

/** The least argument for which the series hold. */
export const stirlingFrom = 8;

/** Bernoulli's numbers B₂ₖ, k = 1 … 8. */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

/** Factors of y¹⁻²ᵏ in log Γ(y), k = 1 … 8. */
export const logGammaTerms = bernoulli.map((each, i) => each / ((2 * i + 2) * (2 * i + 1)));

/** Factors of −y⁻²ᵏ in ψ(y), k = 1 … 8. */
export const digammaTerms = bernoulli.map((each, i) => each / (2 * i + 2));

const series = (terms: readonly number[], t: number) =>
  terms.reduceRight((total, each) => total * t + each, 0);

/** log Γ(x), for x > 0. */
export function logGamma(x: number): number {
  let [y, product] = [x, 1];
  for (; y < stirlingFrom; y++) product *= y;
  const rest = series(logGammaTerms, y ** -2) / y;
  return (y - 0.5) * Math.log(y) - y + Math.log(2 * Math.PI) / 2 + rest - Math.log(product);
}

/** ψ(x), the derivative of log Γ(x), for x > 0. */
export function digamma(x: number): number {
  let [y, shift] = [x, 0];
  for (; y < stirlingFrom; y++) shift += 1 / y;
  const t = y ** -2;
  return Math.log(y) - 0.5 / y - t * series(digammaTerms, t) - shift;
}

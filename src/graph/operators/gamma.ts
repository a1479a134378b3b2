import { digammaTerms, logGammaTerms, stirlingFrom } from '../../base/gamma.js';
import { requireDType, type Value } from '../value.js';
import {
  add,
  cast,
  div,
  less,
  log,
  minimum,
  mul,
  reciprocal,
  square,
  sub,
  where,
  withGradient,
} from './elementwise.js';

/*
 * The formulas of `base/gamma.ts`, computed in float64: densities of counts are small differences of
 * logarithms of millions.
 */

/** Σₖ cₖ tᵏ⁻¹ by Horner's rule. */
const series = (coefficients: readonly number[], t: Value) =>
  coefficients
    .slice(0, -1)
    .reduceRight<Value | number>(
      (total, each) => add(mul(total, t), each),
      coefficients.at(-1)!,
    ) as Value;

/** x, or x + 8 where it is less than 8; and the product x (x + 1) ⋯ (x + 7) with its derivative there. */
function shifted(x: Value) {
  const isSmall = less(x, stirlingFrom);
  const small = minimum(x, stirlingFrom);
  // The product of factors i and 7 − i is q + i (7 − i), with q = x (x + 7).
  const q = mul(small, add(small, 7));
  const [outer, inner] = [mul(q, add(q, 6)), mul(add(q, 10), add(q, 12))];
  return {
    y: where(isSmall, add(x, stirlingFrom), x),
    product: where(isSmall, mul(outer, inner), 1),
    slope: () => {
      const byQ = add(mul(add(mul(q, 2), 6), inner), mul(add(mul(q, 2), 22), outer));
      return where(isSmall, mul(byQ, add(mul(small, 2), 7)), 0);
    },
  };
}

function logGamma64(x: Value): Value {
  const { y, product } = shifted(x);
  const inverse = reciprocal(y);
  const rest = series(logGammaTerms, square(inverse));
  const scaled = sub(mul(y, sub(log(y), 1)), mul(log(y), 0.5));
  const stirling = add(add(scaled, mul(rest, inverse)), Math.log(2 * Math.PI) / 2);
  return sub(stirling, log(product));
}

function digamma64(x: Value): Value {
  const { y, product, slope } = shifted(x);
  const inverse = reciprocal(y);
  const squared = square(inverse);
  const rest = series(digammaTerms, squared);
  const plain = sub(sub(log(y), mul(inverse, 0.5)), mul(rest, squared));
  return sub(plain, div(slope(), product));
}

const inDoubles = (f: (x: Value) => Value, x: Value) => cast(f(cast(x, 'float64')), x.dtype);

/** The derivative of log Γ(x), for x > 0. */
export function digamma(x: Value): Value {
  requireDType(x, 'floating-point values', 'digamma');
  return inDoubles(digamma64, x);
}

/** log Γ(x), for x > 0; ∞ at 0. Float32 values are computed in float64, too. */
export function logGamma(x: Value): Value {
  requireDType(x, 'floating-point values', 'logGamma');
  return withGradient(inDoubles(logGamma64, x), [x], (gradient) => [mul(gradient, digamma(x))]);
}

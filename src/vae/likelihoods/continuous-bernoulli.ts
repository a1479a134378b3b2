import { z } from 'zod';
import {
  abs,
  add,
  clip,
  div,
  exp,
  less,
  log,
  maximum,
  mul,
  negate,
  reciprocal,
  relu,
  sign,
  square,
  sub,
  tanh,
  type Value,
  where,
  withGradient,
} from '../../graph/index.js';
import { spreadGradient, sumOfExample, valuesOfExample } from './examples.js';
import { defineLikelihood } from './likelihood.js';

/** Smaller logits are taken for this one, as the logarithm is the same float. */
const tiny = 1e-12;

/** The size of the logit under which the mean's closed form loses digits and its series has them all. */
const seriesBelow = 0.5;

/** ½ + ½ coth(ℓ / 2) − 1/ℓ; for small ℓ by its Taylor series ½ + ℓ/12 − ℓ³/720 + ℓ⁵/30240. */
function meanOf(logits: Value): Value {
  const size = maximum(abs(logits), seriesBelow);
  const closed = mul(sign(logits), sub(div(0.5, tanh(mul(size, 0.5))), reciprocal(size)));
  const squared = square(logits);
  const slope = add(mul(sub(mul(squared, 1 / 30240), 1 / 720), squared), 1 / 12);
  return add(where(less(abs(logits), seriesBelow), mul(slope, logits), closed), 0.5);
}

/**
 * Continuous Bernoulli pixels in [0, 1] from logits ℓ, λ = σ(ℓ): p(x) = C(λ) λˣ (1 − λ)¹⁻ˣ
 * (Loaiza-Ganem and Cunningham 2019, eq. 4 to 8, https://arxiv.org/abs/1907.06845). In ℓ it is
 * −log p = log ∫₀¹ exp(ℓ t) dt − x ℓ, with the derivative E[x] − x.
 *
 * With a = |ℓ| and T = tanh(a / 2) the integral's logarithm is max(ℓ, 0) + log(2 T / (a (1 + T))),
 * which keeps its digits near λ = ½, where C(λ) is 0 / 0.
 */
export const continuousBernoulli = defineLikelihood(
  'continuousBernoulli',
  z
    .strictObject({})
    .meta({ title: 'Continuous Bernoulli', description: 'Values of [0, 1] by logits.' }),
  () => ({
    parametersPerValue: 1,
    support: 'unit',
    negativeLogLikelihood(x, logits) {
      const size = maximum(abs(logits), tiny);
      const t = tanh(mul(size, 0.5));
      // The difference first: beside large logits the logarithm would lose its digits.
      const linear = sub(relu(logits), mul(x, logits));
      const sums = sumOfExample(add(linear, log(div(t, mul(size, add(t, 1))))));
      const nats = add(sums, valuesOfExample(x) * Math.LN2);
      return withGradient(nats, [x, logits], (gradient) => {
        const g = spreadGradient(gradient, logits);
        return [negate(mul(g, logits)), mul(sub(meanOf(logits), x), g)];
      });
    },
    mean: meanOf,
    /** The inverse of the distribution function; the half with ℓ > 0 mirrors the other. */
    draw(logits, scope) {
      const size = maximum(abs(logits), 1e-3);
      const u = scope.uniform(logits.shape);
      const low = div(negate(log(sub(1, mul(u, sub(1, exp(negate(size))))))), size);
      return clip(where(less(logits, 0), low, sub(1, low)), 0, 1);
    },
  }),
);

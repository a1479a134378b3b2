import { mul, negate, sigmoid, softplus, sub, withGradient } from '../../graph/index.js';
import type { Likelihood } from './likelihood.js';

/**
 * Independent Bernoulli pixels from logits ℓ: −log p = softplus(ℓ) − x ℓ, the cross-entropy of x
 * and σ(ℓ) (Kingma and Welling 2014, appendix C.1), with its derivative σ(ℓ) − x.
 */
export const bernoulli: Likelihood = {
  type: 'bernoulli',
  negativeLogLikelihood: (x, logits) =>
    withGradient(sub(softplus(logits), mul(x, logits)), [x, logits], (gradient) => [
      negate(mul(gradient, logits)),
      mul(sub(sigmoid(logits), x), gradient),
    ]),
  mean: sigmoid,
};

import {
  maximum,
  mul,
  negate,
  relu,
  sigmoid,
  sub,
  sum,
  sumLogOfHalfToOne,
  unsqueeze,
  type Value,
  withGradient,
} from '../../graph/index.js';
import type { Likelihood } from './likelihood.js';

/**
 * Independent Bernoulli pixels from logits ℓ: −log p = softplus(ℓ) − x ℓ, the cross-entropy of x
 * and s = σ(ℓ) (Kingma and Welling 2014, appendix C.1), with its derivative s − x.
 *
 * softplus(ℓ) = max(ℓ, 0) − log max(s, 1 − s): the logarithm's argument is never under ½, so nothing
 * overflows or cancels.
 */
export const bernoulli: Likelihood = {
  type: 'bernoulli',
  negativeLogLikelihood: (x, logits) => {
    const s = sigmoid(logits);
    const axes = logits.shape.map((_, axis) => axis).slice(1);
    const linear = sum(sub(relu(logits), mul(x, logits)), { axes });
    const nats = sub(linear, sumLogOfHalfToOne(maximum(s, sub(1, s))));
    const spread = (g: Value) => (g.shape.length === 0 ? g : unsqueeze(g, axes));
    return withGradient(nats, [x, logits], (gradient) => [
      negate(mul(spread(gradient), logits)),
      mul(sub(s, x), spread(gradient)),
    ]);
  },
  mean: sigmoid,
};

import { z } from 'zod';
import {
  cast,
  less,
  logistic,
  maximum,
  mul,
  negate,
  relu,
  sigmoid,
  sub,
  sumLogOfHalfToOne,
  withGradient,
} from '../../graph/index.js';
import { spreadGradient, sumOfExample } from './examples.js';
import { defineLikelihood } from './likelihood.js';

/**
 * Independent Bernoulli pixels from logits ℓ: −log p = softplus(ℓ) − x ℓ, the cross-entropy of x
 * and s = σ(ℓ) (Kingma and Welling 2014, appendix C.1, https://arxiv.org/abs/1312.6114), with its
 * derivative s − x.
 *
 * softplus(ℓ) = max(ℓ, 0) − log max(s, 1 − s): the logarithm's argument is never under ½, so nothing
 * overflows or cancels. The error of a pixel's term is at most 10⁻⁷ nats, of its derivative 10⁻⁷.
 */
export const bernoulli = defineLikelihood(
  'bernoulli',
  z.strictObject({}).meta({
    title: 'Bernoulli (black and white)',
    description: 'Black or white values by logits; grays are taken for probabilities.',
  }),
  () => ({
    parametersPerValue: 1,
    support: 'binary',
    negativeLogLikelihood(x, logits) {
      const s = logistic(logits);
      const linear = sumOfExample(sub(relu(logits), mul(x, logits)));
      const nats = sub(linear, sumLogOfHalfToOne(maximum(s, sub(1, s))));
      return withGradient(nats, [x, logits], (gradient) => {
        const g = spreadGradient(gradient, logits);
        return [negate(mul(g, logits)), mul(sub(s, x), g)];
      });
    },
    mean: sigmoid,
    draw: (logits, scope) => cast(less(scope.uniform(logits.shape), sigmoid(logits)), logits.dtype),
  }),
);

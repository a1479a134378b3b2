import { type Options, type Plan, refuse } from '../plan.js';
import { literal } from '../python.js';
import type { KerasParts } from './layers.js';

const location = (spread: unknown) => (spread === 'pixel' ? 'ops.split(x, 2, axis=-1)[0]' : 'x');

/** The mean of p(x | z) as an expression of the decoder's output `x`, by the likelihood's type. */
export const kerasLikelihoods: Readonly<
  Record<string, (options: Options, parts: KerasParts) => string>
> = {
  bernoulli: () => 'ops.sigmoid(x)',
  msSsim: () => 'ops.sigmoid(x)',
  mse: () => 'x',
  gaussian: ({ variance }) => location(variance),
  laplace: ({ scale }) => location(scale),
  categorical({ levels }, parts) {
    parts.helper('categorical_mean');
    return `categorical_mean(x, ${literal(levels)})`;
  },
  continuousBernoulli(_, parts) {
    parts.helper('continuous_bernoulli_mean');
    return 'continuous_bernoulli_mean(x)';
  },
  discretizedLogistic({ mixtures }, parts) {
    parts.helper('discretized_logistic_mean');
    return `discretized_logistic_mean(x, ${literal(mixtures)})`;
  },
};

/** The mean of p(x | z) as an expression. @throws UserError when the likelihood cannot be exported */
export function kerasMean(plan: Plan, parts: KerasParts): string {
  const { type, options } = plan.model.network.likelihood;
  const write = kerasLikelihoods[type];
  return write
    ? write(options, parts)
    : refuse('keras', `The likelihood ${type}`, 'there is no program for it');
}

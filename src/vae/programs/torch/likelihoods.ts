import type { Plan } from '../plan.js';
import { refuse } from '../plan.js';
import { literal } from '../python.js';
import type { TorchParts } from './layers.js';

type Options = Readonly<Record<string, unknown>>;

const location = (spread: unknown) => (x: string) =>
  spread === 'pixel' ? `${x}.chunk(2, dim=1)[0]` : x;

/** The mean of p(x | z) as an expression of the decoder's output, by the likelihood's type. */
export const torchLikelihoods: Readonly<
  Record<string, (options: Options, parts: TorchParts) => (x: string) => string>
> = {
  bernoulli: () => (x) => `torch.sigmoid(${x})`,
  msSsim: () => (x) => `torch.sigmoid(${x})`,
  mse: () => (x) => x,
  gaussian: ({ variance }) => location(variance),
  laplace: ({ scale }) => location(scale),
  categorical({ levels }, parts) {
    parts.helper('categorical_mean');
    return (x) => `categorical_mean(${x}, ${literal(levels)})`;
  },
  continuousBernoulli(_, parts) {
    parts.helper('continuous_bernoulli_mean');
    return (x) => `continuous_bernoulli_mean(${x})`;
  },
  discretizedLogistic({ mixtures }, parts) {
    parts.helper('discretized_logistic_mean');
    return (x) => `discretized_logistic_mean(${x}, ${literal(mixtures)})`;
  },
};

/** The mean of p(x | z) as an expression. @throws UserError when the likelihood cannot be exported */
export function torchMean(plan: Plan, parts: TorchParts): (x: string) => string {
  const { type, options } = plan.model.network.likelihood;
  const write = torchLikelihoods[type];
  return write
    ? write(options, parts)
    : refuse('torch', `The likelihood ${type}`, 'there is no program for it');
}

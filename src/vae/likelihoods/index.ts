import { bernoulli } from './bernoulli.js';
import type { Likelihood } from './likelihood.js';

export type { Likelihood } from './likelihood.js';

/** Every likelihood, by the name that options and config files use. */
export const likelihoods = { bernoulli } satisfies Record<string, Likelihood>;

export type LikelihoodName = keyof typeof likelihoods;

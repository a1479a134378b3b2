import type { Dataset } from '../../data/dataset.js';
import type { LikelihoodEstimate } from '../uses/weights.js';
import type { VAE } from '../vae.js';
import { type MeanOfExamples, meanOf } from './mean.js';

/** log p(x) in nats by weighted draws: the mean over examples, whose `error` is that of other examples. */
export interface WeightedLikelihood extends MeanOfExamples {
  /** The standard error that the draws cause, the examples being as they are. */
  readonly drawError: number;
  /** Effective sample size of an example's draws, the mean over examples. */
  readonly effectiveSamples: number;
}

/** A model's likelihood in nats. */
export interface LikelihoodJudgement {
  /** By one draw of the posterior. */
  readonly elbo: MeanOfExamples;
  /** By importance sampling. */
  readonly logLikelihood: WeightedLikelihood;
  /** Draws of an example. */
  readonly samples: number;
  /** By annealed importance sampling. */
  readonly annealed?: WeightedLikelihood & {
    readonly chains: number;
    readonly temperatures: number;
    /** The mean probability with which transitions were accepted. */
    readonly acceptance: number;
  };
}

function judged({ values, error, effectiveSamples }: LikelihoodEstimate): WeightedLikelihood {
  return {
    ...meanOf(values),
    drawError: error,
    effectiveSamples: meanOf(effectiveSamples).mean,
  };
}

const chains = 16;

/** How log p(x) is estimated. */
export interface LikelihoodOptions {
  /** Draws of the posterior for each example. */
  readonly samples: number;
  /** Of annealed importance sampling; 0 leaves it out. */
  readonly temperatures: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

async function annealedOf(
  vae: VAE,
  data: Dataset,
  { temperatures, seed, signal }: LikelihoodOptions,
): Promise<NonNullable<LikelihoodJudgement['annealed']>> {
  const options = { chains, temperatures, seed, ...(signal && { signal }) };
  const found = await vae.annealedLogLikelihood(data, options);
  return { ...judged(found), chains, temperatures, acceptance: found.acceptance };
}

/**
 * The likelihood of a model that has a bound on log p(x).
 * @throws UserError when there are temperatures, and the prior is not N(0, I)
 */
export async function likelihoodOf(
  vae: VAE,
  data: Dataset,
  options: LikelihoodOptions,
): Promise<LikelihoodJudgement> {
  const { temperatures, ...drawing } = options;
  return {
    elbo: meanOf((await vae.elbo(data, { seed: options.seed })).data as Float32Array),
    logLikelihood: judged(await vae.logLikelihood(data, drawing)),
    samples: options.samples,
    ...(temperatures > 0 && { annealed: await annealedOf(vae, data, options) }),
  };
}

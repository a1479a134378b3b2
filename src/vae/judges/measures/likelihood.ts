import type { LikelihoodEstimate } from '../../uses/weights.js';
import { aggregatePosterior } from '../aggregate.js';
import { type Judged, meanOf } from '../judged.js';
import { lacking, type Measure } from './measure.js';

const drawingOf = ({ settings: { seed, signal } }: Judged) => ({ seed, ...(signal && { signal }) });

/** Estimate by one draw of the posterior. */
export const elbo: Measure = {
  lacks: lacking.bound,
  take: async ({ vae, data, settings: { seed } }) =>
    meanOf((await vae.elbo(data, { seed })).data as Float32Array),
};

/** A mean over examples with both of its errors. */
const figureOf = ({ values, error }: LikelihoodEstimate) => ({
  ...meanOf(values),
  // One draw alone tells nothing of its error.
  ...(Number.isNaN(error) ? {} : { drawError: error }),
});

const weightedOf = (judged: Judged) =>
  judged.once('log p(x)', () => {
    const { samples } = judged.settings;
    return judged.vae.logLikelihood(judged.data, { samples, ...drawingOf(judged) });
  });

/** Estimate by importance sampling. */
export const logLikelihood: Measure = {
  lacks: lacking.bound,
  take: async (judged) => ({
    ...figureOf(await weightedOf(judged)),
    detail: `by ${judged.settings.samples} draws`,
  }),
};

export const effectiveSamples: Measure = {
  lacks: lacking.bound,
  take: async (judged) => ({
    ...meanOf((await weightedOf(judged)).effectiveSamples),
    detail: `of ${judged.settings.samples}`,
  }),
};

const chains = 16;

const annealedOf = (judged: Judged) =>
  judged.once('annealed log p(x)', () => {
    const { temperatures } = judged.settings;
    const options = { chains, temperatures, ...drawingOf(judged) };
    return judged.vae.annealedLogLikelihood(judged.data, options);
  });

const lacksTemperatures = ({ vae, settings: { temperatures } }: Judged) =>
  !vae.isInNats
    ? 'the likelihood is no distribution'
    : temperatures > 0
      ? undefined
      : 'the number of temperatures is not given';

/** Estimate by annealed importance sampling. */
export const annealedLogLikelihood: Measure = {
  lacks: lacksTemperatures,
  take: async (judged) => ({
    ...figureOf(await annealedOf(judged)),
    detail: `by ${judged.settings.temperatures} temperatures`,
  }),
};

export const effectiveChains: Measure = {
  lacks: lacksTemperatures,
  take: async (judged) => ({
    ...meanOf((await annealedOf(judged)).effectiveSamples),
    detail: `of ${chains}`,
  }),
};

/** The mean probability with which transitions were accepted. */
export const annealedAcceptance: Measure = {
  lacks: lacksTemperatures,
  take: async (judged) => ({ value: (await annealedOf(judged)).acceptance }),
};

/** A latent whose posterior mean varies by more over examples is active (Burda et al. 2016, §5.1). */
const activeVariance = 0.01;

export const activeLatents: Measure = {
  lacks: lacking.points,
  async take(judged) {
    const { data, dims } = await judged.points();
    const [count, of] = dims as readonly [number, number];
    const values = data as Float32Array;
    let value = 0;
    for (let j = 0; j < of; j++) {
      let [sum, squares] = [0, 0];
      for (let i = j; i < count * of; i += of) sum += values[i]!;
      for (let i = j; i < count * of; i += of) squares += (values[i]! - sum / count) ** 2;
      if (squares / count > activeVariance) value += 1;
    }
    return { value, detail: `of ${of}` };
  },
};

const aggregateOf = (judged: Judged) =>
  judged.once('aggregate posterior', async () =>
    aggregatePosterior(await judged.encoding(), judged.settings.seed),
  );

export const mutualInformation: Measure = {
  lacks: lacking.gaussians,
  take: async (judged) => ({
    ...meanOf((await aggregateOf(judged)).information),
    detail: `at most ${Math.log(judged.data.size).toFixed(2)}`,
  }),
};

export const aggregateDivergence: Measure = {
  lacks: (judged) =>
    lacking.gaussians(judged) ?? (judged.vae.hasLatentKl ? undefined : 'the prior is not N(0, I)'),
  take: async (judged) => meanOf((await aggregateOf(judged)).divergence),
};

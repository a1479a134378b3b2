import type { Tensor } from 'onnxruntime-common';
import type { Dataset } from '../../data/dataset.js';
import { compileEvaluation, Layout, type Model } from '../../step/index.js';
import { afterTraining, evaluateObjective, type Metrics } from '../../training/index.js';
import { checkData } from '../model/checks.js';
import type { Present } from '../model/engine.js';
import type { LabelOptions } from '../model/examples.js';
import { requireLabels } from '../model/labels.js';
import { elboOf } from './estimates.js';
import { requirePosterior, weightedMeans } from './weighted.js';
import { estimateOf, type LikelihoodEstimate } from './weights.js';

export interface EvaluateOptions {
  /** Decides the posterior's noise; the model's seed when left out. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

export interface LikelihoodEstimateOptions extends EvaluateOptions {
  /** Draws of the posterior for each example; 100 when left out. */
  readonly samples?: number;
}

export async function evaluate(
  { model, tensors }: Present,
  data: Dataset,
  { seed = model.config.seed, signal }: EvaluateOptions,
): Promise<Metrics> {
  checkData(data, model.config.input);
  requireLabels(data, model.objective.classes);
  const { network } = model;
  const terms: Model['objective'] = (...given) => network.termsWithBits(...given);
  const seen = {
    ...model.forTraining(data.size),
    ...(data.dtype === 'uint8' && network.hasBits ? { objective: terms } : {}),
  };
  const layout = new Layout(model.specs);
  const objective = await compileEvaluation(seen, layout, data.dtype, { examples: data.size });
  try {
    return await evaluateObjective(objective, layout.modelFeeds(tensors), data, {
      batchSize: objective.batchSize,
      seed,
      schedules: seen.schedules,
      moment: afterTraining,
      signal,
    });
  } finally {
    await objective.session.release();
  }
}

export async function elbo(
  { engine, model, tensors }: Present,
  images: Tensor | Dataset,
  { labels, seed = model.config.seed }: LabelOptions & { readonly seed?: number },
): Promise<Tensor> {
  requirePosterior(model);
  const stream = { seed, name: 'elbo', step: 0 };
  const outputs = await engine.mapAll(
    tensors,
    'elbo',
    images,
    labels,
    (batch, scope) => ({ elbo: elboOf(model.network, batch, scope) }),
    { stream },
  );
  return outputs.elbo!;
}

export async function logLikelihood(
  present: Present,
  data: Dataset,
  { samples = 100, seed = present.model.config.seed, signal }: LikelihoodEstimateOptions,
): Promise<LikelihoodEstimate> {
  const options = { samples, seed, stream: 'log-likelihood', signal };
  const { sums } = await weightedMeans(present, data, options, 'logWeights');
  return estimateOf(sums, samples);
}

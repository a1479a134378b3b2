import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import type { Dataset } from '../../data/dataset.js';
import { compileEvaluation, Layout, type Model } from '../../step/index.js';
import { afterTraining, evaluateObjective, type Metrics } from '../../training/index.js';
import type { BuiltModel } from '../model/built.js';
import { checkCount, checkData } from '../model/checks.js';
import type { Present } from '../model/engine.js';
import { type LabelOptions, piecesOf } from '../model/examples.js';
import { requireLabels } from '../model/labels.js';
import { elboOf, logAddAll, logWeightsOf } from './estimates.js';

/** Decoded images in one call that draws several latents an image. */
const decodedSize = 1024;

/** Draws of an example in one call, at most. */
const mostDraws = 64;

export interface EvaluateOptions {
  /** Decides the posterior's noise; the model's seed when left out. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

export interface LikelihoodEstimateOptions extends EvaluateOptions {
  /** Draws of the posterior for each example; 100 when left out. */
  readonly samples?: number;
}

/** An estimate of log p(x) in nats. */
export interface LikelihoodEstimate {
  /** Over all examples. */
  readonly mean: number;
  /** Of each example: [N]. */
  readonly values: Float32Array;
}

/** @throws UserError when q(z | x) or p(x | z) has no density: there is no bound on log p(x) */
function requirePosterior({ network, objective }: BuiltModel): void {
  const { support, type } = network.likelihood;
  if (support === 'none') {
    throw new UserError(
      `The likelihood ${type} is no distribution, so there is no bound on log p(x). Train with another one, such as gaussian, or compare reconstructions.`,
    );
  }
  if (objective.bottleneck.posterior) return;
  throw new UserError(
    `The objective ${objective.type} has no posterior density, so there is no bound on log p(x). Train with another one, such as vae, or compare reconstructions.`,
  );
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
  const objective = await compileEvaluation(seen, layout, data.dtype);
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
  { engine, model, tensors }: Present,
  data: Dataset,
  { samples = 100, seed = model.config.seed, signal }: LikelihoodEstimateOptions,
): Promise<LikelihoodEstimate> {
  requirePosterior(model);
  checkCount('samples', samples);
  // Few images and many draws in one call, so that the work of each is about the same.
  const calls = Math.ceil(samples / mostDraws);
  const draws = Math.ceil(samples / calls);
  const batchSize = Math.max(1, Math.floor(decodedSize / draws));
  const values = new Float32Array(data.size);
  const known = { shape: model.config.input, classes: model.objective.classes };
  let pieces = 0;
  for await (const { start, ...piece } of piecesOf(data, undefined, known, batchSize)) {
    const count = piece.images.dims[0]!;
    const sums = new Float64Array(count).fill(-Infinity);
    for (let call = 0; call < calls; call++) {
      signal?.throwIfAborted();
      const step = pieces * calls + call;
      const { weights } = await engine.mapExamples(
        tensors,
        `logWeights/${draws}`,
        piece,
        (batch, scope) => ({ weights: logWeightsOf(model.network, batch, draws, scope) }),
        { stream: { seed, name: 'log-likelihood', step }, batchSize },
      );
      const used = Math.min(draws, samples - call * draws);
      for (let i = 0; i < count; i++) {
        const row = (weights!.data as Float32Array).subarray(i * draws, i * draws + used);
        sums[i] = logAddAll(sums[i]!, row);
      }
    }
    values.set(
      sums.map((sum) => sum - Math.log(samples)),
      start,
    );
    pieces += 1;
  }
  return { mean: values.reduce((total, value) => total + value, 0) / data.size, values };
}

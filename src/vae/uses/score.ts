import type { Tensor } from 'onnxruntime-common';
import type { Dataset } from '../../data/dataset.js';
import { add, type Value, type Values } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import type { Batch } from '../../step/index.js';
import type { Present } from '../model/engine.js';
import type { LabelOptions } from '../model/examples.js';
import type { Network } from '../model/network.js';
import { requirePosterior, weightedMeans } from './weighted.js';
import { estimateOf } from './weights.js';

export interface ScoreOptions extends LabelOptions {
  /**
   * Draws of the posterior for each example; 100 when left out. With 1 a score is the negative ELBO, with
   * more an estimate of −log p(x), as `elbo` and `logLikelihood` give them.
   */
  readonly samples?: number;
  /** Decides the draws; the model's seed when left out. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** Scores for how unlike the training data examples are. */
export interface Scores {
  /** Score of each example, in nats: [N]. A missing value adds nothing. */
  readonly values: Float32Array;
  /**
   * Nats that each value of a table takes: −log p(x | z), expected under p(z | x), float32 [N, F]; 0 where it
   * is missing. A score is their sum and the nats that the latents take.
   */
  readonly columns?: Tensor;
}

/** The nats of each column, where examples are rows of a table. */
function columnsOf(network: Network, batch: Batch, parameters: Value, scope: Scope): Values {
  const { columnNats } = network.likelihood;
  return columnNats
    ? { columns: columnNats(batch.images, parameters, scope.child('likelihood')) }
    : {};
}

/** The negative ELBO, with one draw of z. */
function bound(network: Network, batch: Batch, scope: Scope): Values {
  const { z, kl } = network.drawWithKl(network.encode(batch, scope), batch, scope);
  const parameters = network.decode({ z, labels: batch.labels }, scope);
  const nats = network.nats(batch, parameters, scope);
  return {
    scores: add(nats, kl),
    ...columnsOf(network, batch, parameters, scope),
  };
}

export async function score(
  present: Present,
  given: Tensor | Dataset,
  { samples = 100, seed = present.model.config.seed, labels, signal }: ScoreOptions,
): Promise<Scores> {
  const { engine, model, tensors } = present;
  const { network } = model;
  requirePosterior(model);
  if (samples === 1) {
    const build = (batch: Batch, scope: Scope) => bound(network, batch, scope);
    const stream = { seed, name: 'elbo', step: 0 };
    const options = { stream, signal };
    const found = await engine.mapAll(tensors, 'score', given, labels, build, options);
    const values = found.scores!.data as Float32Array;
    return { values, ...(found.columns ? { columns: found.columns } : {}) };
  }
  const { sums, means } = await weightedMeans(
    present,
    given,
    { samples, seed, stream: 'log-likelihood', labels, signal },
    'score',
    ({ rows, parameters }, scope) => columnsOf(network, rows, parameters, scope),
  );
  return {
    values: estimateOf(sums, samples).values.map((each) => -each),
    ...(means.columns ? { columns: means.columns } : {}),
  };
}

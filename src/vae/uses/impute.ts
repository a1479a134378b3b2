import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { categoryCount, isLearnt, type TableColumn } from '../../data/column.js';
import { type Dataset, readRange } from '../../data/dataset.js';
import {
  argMax,
  broadcastLike,
  full,
  gatherElements,
  log,
  max,
  maximum,
  negate,
  sub,
  unsqueeze,
  type Values,
} from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import { expectedPlaces } from '../likelihoods/columns/expected.js';
import type { BuiltModel } from '../model/built.js';
import { checkCount } from '../model/checks.js';
import type { Present } from '../model/engine.js';
import { isDataset, type LabelOptions, labelsOf } from '../model/examples.js';
import { drawing } from './sample.js';
import {
  callsOf,
  countOf,
  requirePosterior,
  type WeightedDraws,
  type WeightedOptions,
  weightedDraws,
  weightedMeans,
} from './weighted.js';

export interface ImputeOptions extends LabelOptions {
  /** Imputations that are drawn; 0 when left out. */
  readonly draws?: number;
  /** Draws of the posterior for each row; 100 when left out. */
  readonly samples?: number;
  /** Decides all draws; the model's seed when left out. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** Rows without gaps; observed values stay as they were. Float32 [N, F] each. */
export interface Imputation {
  /** The mean of each missing number, and the likeliest category. */
  readonly single: Tensor;
  /** Draws of the missing values: as many as were asked for. */
  readonly draws: readonly Tensor[];
}

/** Columns of a model's rows. @throws UserError when its examples are no rows of a table */
function columnsOf({ input, network }: BuiltModel): readonly TableColumn[] {
  if (input.columns && network.likelihood.expected) return input.columns.filter(isLearnt);
  throw new UserError(
    `Gaps are filled in rows of tables, and the model's examples are of the kind ${input.kind}. Train on a table read with rows: table (--rows table).`,
  );
}

/** All rows in memory, [N, F]. */
async function rowsOf(given: Tensor | Dataset): Promise<Tensor> {
  return isDataset(given) ? readRange(given, 0, given.size) : given;
}

/** Rows with their gaps filled by a value for each row and column. */
function filled(rows: Tensor, valueAt: (row: number, column: number) => number): Tensor {
  const width = rows.dims[1]!;
  const values = (rows.data as Float32Array).map((value, i) =>
    Number.isNaN(value) ? valueAt(Math.floor(i / width), i % width) : value,
  );
  return new Tensor('float32', values, rows.dims);
}

/** The place of the largest of numbers. */
function largest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}

/** The mean of each missing number, the likeliest category, by `expected` of p(x | observed). */
function filledByMeans(rows: Tensor, means: Tensor, columns: readonly TableColumn[]): Tensor {
  const places = expectedPlaces(columns);
  const all = means.dims[1]!;
  const counts = columns.map(categoryCount);
  return filled(rows, (row, column) => {
    const { at, width } = places[column]!;
    const from = row * all + at;
    const own = (means.data as Float32Array).subarray(from, from + width);
    if (width > 1) return largest(own);
    const count = counts[column]!;
    // An ordinal column with a likelihood of numbers: the nearest place.
    return count > 0 ? Math.min(Math.max(Math.round(own[0]!), 0), count - 1) : own[0]!;
  });
}

/**
 * Chooses for each wanted imputation one of the latents drawn, with the chance of its weight: the one whose
 * logarithm is the largest after Gumbel noise.
 */
function chosen(draws: WeightedDraws, wanted: number, scope: Scope): Values {
  const { z, logWeights } = draws;
  const [batch, samples, latent] = z.shape as readonly [string, number, number];
  const uniform = maximum(scope.uniform([batch, samples, wanted]), 2 ** -25);
  const keys = sub(unsqueeze(logWeights, [2]), log(negate(log(uniform))));
  const place = unsqueeze(argMax(keys, 1), [2]);
  const places = broadcastLike(place, full(0, [batch, wanted, latent]));
  return { keys: max(keys, { axes: [1] }), z: gatherElements(z, places, 1) };
}

/**
 * Latents of p(z | observed), by sampling importance resampling (Mattei and Frellsen 2019, §3.2): of each row's
 * weighted draws, `wanted` with the chances of their weights.
 * @returns [N · wanted, latent]
 */
async function resampled(
  present: Present,
  given: Tensor | Dataset,
  options: WeightedOptions,
  wanted: number,
): Promise<Tensor> {
  const { network } = present.model;
  const [latent = 0] = present.model.latentShape;
  const count = countOf(given) * wanted;
  const best = new Float32Array(count).fill(-Infinity);
  const latents = new Float32Array(count * latent);
  const calls = callsOf(present, given, options, `impute/${wanted}`, (batch, samples, scope) =>
    chosen(weightedDraws(network, batch, samples, scope), wanted, scope),
  );
  for await (const { start, outputs } of calls) {
    const [keys, z] = [outputs.keys!.data, outputs.z!.data] as [Float32Array, Float32Array];
    keys.forEach((key, i) => {
      const at = start * wanted + i;
      if (best[at]! >= key) return;
      best[at] = key;
      latents.set(z.subarray(i * latent, (i + 1) * latent), at * latent);
    });
  }
  return new Tensor('float32', latents, [count, latent]);
}

/** Rows with their gaps filled by draws of p(x | z), as often as is wanted. */
async function filledByDraws(
  present: Present,
  given: Tensor | Dataset,
  rows: Tensor,
  options: WeightedOptions,
  wanted: number,
): Promise<Tensor[]> {
  const { engine, model, tensors } = present;
  const z = await resampled(present, given, options, wanted);
  const labels =
    options.labels ?? (isDataset(given) ? labelsOf(given, model.objective.classes) : undefined);
  const repeated =
    labels && Array.from({ length: z.dims[0]! }, (_, i) => labels[Math.floor(i / wanted)]!);
  const stream = { seed: options.seed, name: 'imputed', step: 0 };
  const outputs = await engine.mapLatents(tensors, 'draw', z, repeated, drawing(model), { stream });
  const drawn = outputs.image!;
  const width = rows.dims[1]!;
  return Array.from({ length: wanted }, (_, draw) =>
    filled(rows, (row, column) => drawn.data[(row * wanted + draw) * width + column] as number),
  );
}

export async function impute(
  present: Present,
  given: Tensor | Dataset,
  options: ImputeOptions,
): Promise<Imputation> {
  const { model } = present;
  const { draws = 0, samples = 100, seed = model.config.seed, labels, signal } = options;
  const columns = columnsOf(model);
  requirePosterior(model);
  if (draws !== 0) checkCount('draws', draws);
  const weighted = { samples, seed, stream: 'impute', labels, signal };
  const { means } = await weightedMeans(
    present,
    given,
    weighted,
    'impute',
    ({ parameters }, scope) => ({
      expected: model.network.likelihood.expected!(parameters, scope.child('likelihood')),
    }),
  );
  const rows = await rowsOf(given);
  return {
    single: filledByMeans(rows, means.expected!, columns),
    draws: draws === 0 ? [] : await filledByDraws(present, given, rows, weighted, draws),
  };
}

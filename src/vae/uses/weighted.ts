import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { type Dataset, exampleBytes, fromArray } from '../../data/dataset.js';
import type { InputDescription } from '../../data/input.js';
import {
  clip,
  div,
  equal,
  exp,
  greater,
  matmul,
  max,
  reshape,
  square,
  squeeze,
  sub,
  sum,
  unsqueeze,
  type Value,
  type Values,
  where,
} from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import { mapValues, tensorRows } from '../../runtime/plain-tensor.js';
import type { Batch } from '../../step/index.js';
import { hasDensity } from '../bottlenecks/index.js';
import type { BuiltModel } from '../model/built.js';
import { checkCount, checkImages } from '../model/checks.js';
import type { Present } from '../model/engine.js';
import {
  type Examples,
  isDataset,
  type LabelOptions,
  labelRange,
  piecesOf,
} from '../model/examples.js';
import { type Network, repeated } from '../model/network.js';
import type { WeightSums } from './weights.js';

/*
 * Draws z₁ … z_K of the posterior of each example, weighted by importance: wₖ = p(x, zₖ) / q(zₖ | x). Their mean is an
 * estimate of p(x) (Burda et al. 2016, eq. 8, https://arxiv.org/abs/1509.00519); means of a function of zₖ, weighted
 * so, are its expectations under p(z | x) (Mattei and Frellsen 2019, eq. 13, https://arxiv.org/abs/1812.02633). Of a row
 * with gaps, x is its observed values.
 */

/** Decoded examples in one call that draws several latents an example. */
const decodedSize = 1024;

/** Calls that may be under way at a time, and bytes of examples that are read for them. */
const mostCalls = 16;
const mostBytes = 2 ** 23;

/** Draws of an example in one call, at most. */
const mostDraws = 64;

export interface WeightedOptions extends LabelOptions {
  /** Draws of the posterior for each example. */
  readonly samples: number;
  readonly seed: number;
  /** The name of the random numbers. */
  readonly stream: string;
  readonly signal?: AbortSignal | undefined;
}

/** @throws UserError when q(z | x) or p(x | z) has no density: there is no bound on log p(x) */
export function requirePosterior({ network, objective }: BuiltModel): void {
  const { support, type } = network.likelihood;
  if (support === 'none') {
    throw new UserError(
      `The likelihood ${type} is no distribution, so there is no bound on log p(x). Train with another one, such as gaussian, or compare reconstructions.`,
    );
  }
  if (hasDensity(objective.bottleneck)) return;
  throw new UserError(
    `The objective ${objective.type} has no posterior density, so there is no bound on log p(x). Train with another one, such as vae, or compare reconstructions.`,
  );
}

/** Draws of a batch, `count` an example. */
export interface WeightedDraws {
  /** [batch, count, ...latent] */
  readonly z: Value;
  /** [batch, count] */
  readonly logWeights: Value;
  /** The batch with each example `count` times in sequence. */
  readonly rows: Batch;
  /** The decoder's output for them, [batch · count, ...]. */
  readonly parameters: Value;
}

export function weightedDraws(
  network: Network,
  batch: Batch,
  count: number,
  scope: Scope,
): WeightedDraws {
  const encoding = network.encode(batch, scope);
  const { z, logPosterior, logPrior } = network.draws(encoding, count, batch, scope);
  const rows = repeated(batch, count);
  const flat = reshape(z, [-1, ...z.shape.slice(2)]);
  const parameters = network.decode({ z: flat, labels: rows.labels }, scope);
  const nats = reshape(network.nats(rows, parameters, scope), [z.shape[0]!, count]);
  const logWeights = sub(sub(logPrior, nats), logPosterior);
  return { z, logWeights, rows, parameters };
}

/** The outputs of one call, about examples from place `start` on. */
export interface WeightedCall {
  readonly start: number;
  readonly piece: Examples;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** A tensor of examples as a dataset, so that it is cut into the same pieces. @throws UserError when it does not fit */
function inMemory(images: Tensor, input: InputDescription): Dataset {
  checkImages(images, input);
  const table = input.columns ? { table: input.columns } : {};
  return fromArray(images.data as Float32Array | Uint8Array, input.shape, table);
}

/** Calls of all draws of an example: so many draws in each, so many times. */
function callsFor(samples: number, draws: number): { count: number; times: number }[] {
  const calls: { count: number; times: number }[] = [];
  for (let left = Math.floor(samples / draws); left > 0; left -= mostCalls) {
    calls.push({ count: draws, times: Math.min(left, mostCalls) });
  }
  const rest = samples % draws;
  return rest === 0 ? calls : [...calls, { count: rest, times: 1 }];
}

/** The number of batches that are read at a time, where their calls are few. @param bytes of a batch */
function batchesAtATime([first, ...others]: readonly { times: number }[], bytes: number): number {
  if (others.length > 0) return 1;
  return Math.max(1, Math.min(Math.floor(mostCalls / first!.times), Math.floor(mostBytes / bytes)));
}

/** Examples in batches of so many. */
function batchesOf({ images, labels, start }: Examples & { readonly start: number }, size: number) {
  const count = images.dims[0]!;
  return Array.from({ length: Math.ceil(count / size) }, (_, k) => {
    const [from, to] = [k * size, Math.min((k + 1) * size, count)];
    const own = labels && labelRange(labels, from, to);
    return { start: start + from, images: tensorRows(images, from, to), labels: own };
  });
}

/**
 * Carries draws of each example through a function, call by call: first all draws of the first examples, then of
 * the next ones. A call has few examples where they have many draws, so that calls take about the same work.
 * @param name names the function
 * @throws UserError when samples is not a number from 1, or examples do not fit the model
 */
export async function* callsOf(
  { engine, model, tensors }: Present,
  given: Tensor | Dataset,
  { samples, seed, stream, labels, signal }: WeightedOptions,
  name: string,
  build: (batch: Batch, count: number, scope: Scope) => Values,
): AsyncGenerator<WeightedCall> {
  checkCount('samples', samples);
  const draws = Math.ceil(samples / Math.ceil(samples / mostDraws));
  const batchSize = Math.max(1, Math.floor(decodedSize / draws));
  const known = { shape: model.config.input, classes: model.objective.classes };
  const data = isDataset(given) ? given : inMemory(given, model.input);
  const calls = callsFor(samples, draws);
  const size = batchSize * batchesAtATime(calls, batchSize * exampleBytes(data));
  let step = 0;
  for await (const piece of piecesOf(data, labels, known, size)) {
    const batches = batchesOf(piece, batchSize);
    for (const { count, times } of calls) {
      const outputs = await engine.mapExamples(
        tensors,
        `${name}/${count}`,
        piece,
        (batch, scope) => build(batch, count, scope),
        { stream: { seed, name: stream, step }, batchSize, signal, times },
      );
      step += batches.length * times;
      let place = 0;
      for (const { start, ...batch } of batches) {
        for (let time = 0; time < times; time++) {
          const from = place;
          place += batch.images.dims[0]!;
          const own = mapValues(outputs, (each) => tensorRows(each, from, place));
          yield { start, piece: batch, outputs: own };
        }
      }
    }
  }
}

/** Sums over a call's draws: weights relative to their peak, and means by them. */
function sumsOf(logWeights: Value, values: Values): Values {
  // An example that no draw explains has weights of 0: its draws count alike then.
  const peak = clip(max(logWeights, { axes: [1], keepDims: true }), -3e38, 3e38);
  const weights = exp(sub(logWeights, peak));
  const total = sum(weights, { axes: [1], keepDims: true });
  const isNone = equal(total, 0);
  const shares = where(
    isNone,
    1 / (logWeights.shape[1] as number),
    div(weights, where(isNone, 1, total)),
  );
  const [batch, count] = logWeights.shape as readonly [string, number];
  const means = Object.entries(values).map(([name, value]) => {
    const apart = reshape(value, [batch, count, value.shape[1]!]);
    const counted = where(greater(unsqueeze(shares, [2]), 0), apart, 0);
    return [name, squeeze(matmul(unsqueeze(shares, [1]), counted), [1])] as const;
  });
  return {
    peak: squeeze(peak, [1]),
    total: squeeze(total, [1]),
    squares: sum(square(weights), { axes: [1] }),
    ...Object.fromEntries(means),
  };
}

/** Estimates by the weighted draws of examples. */
export interface WeightedMeans {
  /** Sums over the weights of each example. */
  readonly sums: WeightSums;
  /** Means of the function's values, [N, M], by name. */
  readonly means: Readonly<Record<string, Tensor>>;
}

/**
 * The estimate of log p(x) of each example, and means of values over p(z | x).
 * @param values from the draws to [batch · count, M] each
 * @throws UserError as `requirePosterior` and `callsOf` do
 */
export async function weightedMeans(
  present: Present,
  given: Tensor | Dataset,
  options: WeightedOptions,
  name: string,
  values: (draws: WeightedDraws, scope: Scope) => Values = () => ({}),
): Promise<WeightedMeans> {
  const { model } = present;
  requirePosterior(model);
  const running = new Running(countOf(given));
  const calls = callsOf(present, given, options, name, (batch, count, scope) => {
    const draws = weightedDraws(model.network, batch, count, scope);
    return sumsOf(draws.logWeights, values(draws, scope));
  });
  for await (const call of calls) running.add(call);
  return running;
}

/** Counts the examples given. */
export const countOf = (given: Tensor | Dataset) =>
  isDataset(given) ? given.size : (given?.dims?.[0] ?? 0);

/** Sums over the calls of each example. */
class Running implements WeightedMeans {
  readonly sums: WeightSums;
  readonly means: Record<string, Tensor> = {};

  constructor(private readonly size: number) {
    this.sums = {
      peaks: new Float64Array(size).fill(-Infinity),
      totals: new Float64Array(size),
      squares: new Float64Array(size),
    };
  }

  add({ start, outputs: { peak, total, squares, ...means } }: WeightedCall): void {
    const [ownPeaks, ownTotals, ownSquares] = [peak, total, squares].map(
      (each) => each!.data as Float32Array,
    ) as [Float32Array, Float32Array, Float32Array];
    const shares = Float64Array.from(ownPeaks, (own, i) =>
      this.share(start + i, { peak: own, total: ownTotals[i]!, square: ownSquares[i]! }),
    );
    for (const [name, tensor] of Object.entries(means)) this.mix(name, tensor, start, shares);
  }

  /** Adds a call's weights to an example's. @returns their share of all */
  private share(at: number, own: { peak: number; total: number; square: number }): number {
    const { peaks, totals, squares } = this.sums;
    const highest = Math.max(peaks[at]!, own.peak);
    const [before, factor] = [Math.exp(peaks[at]! - highest), Math.exp(own.peak - highest)];
    const added = own.total * factor;
    peaks[at] = highest;
    totals[at] = totals[at]! * before + added;
    squares[at] = squares[at]! * before ** 2 + own.square * factor ** 2;
    return totals[at]! > 0 ? added / totals[at]! : 1;
  }

  /** Mixes a call's means into its examples' means. */
  private mix(name: string, { data, dims }: Tensor, start: number, shares: Float64Array): void {
    const width = dims[1]!;
    const all = [this.size, width];
    this.means[name] ??= new Tensor('float32', new Float32Array(this.size * width), all);
    const known = this.means[name];
    const [values, added] = [known.data as Float32Array, data as Float32Array];
    added.forEach((value, i) => {
      const share = shares[Math.floor(i / width)]!;
      const place = start * width + i;
      // Takes no sum where the share is 0 or 1: a value without weight may be infinite.
      if (share === 1) values[place] = value;
      else if (share > 0) values[place] = values[place]! * (1 - share) + value * share;
    });
  }
}

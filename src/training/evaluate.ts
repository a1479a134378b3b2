import { Tensor } from 'onnxruntime-common';
import { breathe } from '../base/breathe.js';
import type { Dataset } from '../data/dataset.js';
import { type ScheduleMoment, valueAt } from '../nn/index.js';
import { type Ranks, shareOf } from '../runtime/ranks/ranks.js';
import { type Feeds, feedName, type LoopedObjective, type NumberAt } from '../step/index.js';
import { Feeder } from './feeder.js';

/** Means over examples, by metric; every objective has the first two. */
export interface Metrics {
  readonly loss: number;
  readonly reconstruction: number;
  readonly [metric: string]: number;
}

/**
 * One line of a run's history. `val_` stands before the names of validation metrics. Beside the metrics
 * it has the numbers in force at the epoch's last step: `learning_rate`, and the objective's numbers by
 * their names, such as `beta`.
 */
export interface EpochMetrics extends Metrics {
  readonly epoch: number;
  /** Seconds that the training steps took, validation not counted. */
  readonly seconds: number;
  readonly steps: number;
}

/** Sums of metrics over examples. */
export interface MetricTotals {
  readonly examples: number;
  readonly sums: Readonly<Record<string, number>>;
}

/** Sums metrics of batches by their sizes. */
export class MetricSums {
  private readonly sums: Record<string, number>;
  private examples: number;

  constructor({ examples, sums }: MetricTotals = { examples: 0, sums: {} }) {
    this.sums = { ...sums };
    this.examples = examples;
  }

  /** @param results [iterations] for each metric */
  add(names: readonly string[], results: Feeds, iterations: number, batchSize: number): void {
    for (const name of names) {
      const values = results[name]!.data as Float32Array;
      // One by one, so that the sum's last bit does not depend on how steps are grouped into calls.
      let sum = this.sums[name] ?? 0;
      for (let k = 0; k < iterations; k++) sum += values[k]! * batchSize;
      this.sums[name] = sum;
    }
    this.examples += iterations * batchSize;
  }

  totals(): MetricTotals {
    return { examples: this.examples, sums: { ...this.sums } };
  }

  means(): Metrics {
    return Object.fromEntries(
      Object.entries(this.sums).map(([name, sum]) => [name, sum / this.examples]),
    ) as { loss: number; reconstruction: number };
  }
}

/** A number at a moment of the training. */
export function numberAt(number: NumberAt, moment: ScheduleMoment): number {
  return typeof number === 'function' ? number(moment) : valueAt(number, moment);
}

/** The moment after a training, where every schedule has come to its end. */
export const afterTraining: ScheduleMoment = {
  steps: Infinity,
  epoch: Infinity,
  epochs: 1,
  history: [],
};

/** Scalars of numbers that do not change during a call. */
export function constantFeeds(
  names: readonly string[],
  schedules: Readonly<Record<string, NumberAt>>,
  moment: ScheduleMoment,
): Feeds {
  return Object.fromEntries(
    names.map((name) => [
      feedName.schedule(name),
      new Tensor('float32', Float32Array.of(numberAt(schedules[name]!, moment)), []),
    ]),
  );
}

/** Batches of one size, one after another. */
interface Run {
  /** The first example. */
  readonly start: number;
  /** Number of batches, and the place of the first among all. */
  readonly iterations: number;
  readonly first: number;
  readonly batchSize: number;
}

/** A rank's share of n examples: of the full batches, and for the last rank the rest. */
function batchRuns(n: number, batchSize: number, ranks: Pick<Ranks, 'rank' | 'size'>): Run[] {
  const full = Math.floor(n / batchSize);
  const own = shareOf(ranks, full);
  const rest = n % batchSize;
  const isLast = ranks.rank === ranks.size - 1;
  return [
    { start: own.first * batchSize, iterations: own.count, first: own.first, batchSize },
    {
      start: full * batchSize,
      iterations: isLast && rest > 0 ? 1 : 0,
      first: full,
      batchSize: rest,
    },
  ].filter(({ iterations }) => iterations > 0);
}

/** Reads a dataset for `evaluateObjective`. */
export function evaluationFeeder(objective: LoopedObjective, dataset: Dataset, seed: number) {
  return new Feeder(dataset, objective, seed, 'evaluation');
}

/** Metrics of batches, each in its place. */
class BatchMetrics {
  readonly values: Float64Array;

  constructor(
    private readonly names: readonly string[],
    private readonly examples: number,
    private readonly batchSize: number,
  ) {
    this.values = new Float64Array(Math.ceil(examples / batchSize) * names.length);
  }

  /** @param results [count] for each metric @param first the place of the first batch */
  put(results: Feeds, count: number, first: number): void {
    const { names, values } = this;
    names.forEach((name, m) => {
      const found = results[name]!.data as Float32Array;
      for (let k = 0; k < count; k++) values[(first + k) * names.length + m] = found[k]!;
    });
  }

  /** Means over all examples: summed in the order of the batches, whichever rank computed them. */
  means(): Metrics {
    const { names, values, examples, batchSize } = this;
    const sums = names.map((_, m) => {
      let sum = 0;
      for (let at = m, start = 0; at < values.length; at += names.length, start += batchSize) {
        sum += values[at]! * Math.min(batchSize, examples - start);
      }
      return sum;
    });
    return Object.fromEntries(names.map((name, m) => [name, sums[m]! / examples])) as {
      loss: number;
      reconstruction: number;
    };
  }
}

/**
 * The mean of an objective's terms over a dataset. Noise is decided by the seed, the batch size
 * and each batch's place.
 * @param parameters the model's feeds
 * @param options.moment where schedules stand
 * @param options.feeder of the dataset and the seed, where it is not the only time; else a new one
 * @param options.ranks that share out the batches
 * @param options.gather makes each rank's metrics of batches known to all
 */
export async function evaluateObjective(
  objective: LoopedObjective,
  parameters: Feeds,
  dataset: Dataset,
  options: {
    readonly batchSize: number;
    readonly seed: number;
    readonly schedules: Readonly<Record<string, NumberAt>>;
    readonly moment: ScheduleMoment;
    readonly signal?: AbortSignal | undefined;
    readonly feeder?: Feeder | undefined;
    readonly ranks?: Pick<Ranks, 'rank' | 'size'> | undefined;
    readonly gather?: (values: Float64Array) => Promise<void>;
  },
): Promise<Metrics> {
  const { feeder = evaluationFeeder(objective, dataset, options.seed), batchSize: full } = options;
  const { ranks = { rank: 0, size: 1 } } = options;
  const order = Uint32Array.from({ length: dataset.size }, (_, index) => index);
  const constants = constantFeeds(objective.constants, options.schedules, options.moment);
  const metrics = new BatchMetrics(objective.metricNames, dataset.size, full);
  for (const { start, iterations, first, batchSize } of batchRuns(dataset.size, full, ranks)) {
    const chunk = Math.min(iterations, feeder.capacity(batchSize), 16);
    for (let done = 0; done < iterations; done += chunk) {
      options.signal?.throwIfAborted();
      const count = Math.min(chunk, iterations - done);
      const step = first + done;
      const feeds = await feeder.feeds(order, start + done * batchSize, count, batchSize, step);
      const results = await objective.session.run({ ...parameters, ...constants, ...feeds });
      feeder.giveBack(feeds);
      metrics.put(results, count, step);
      await breathe();
    }
  }
  await options.gather?.(metrics.values);
  return metrics.means();
}

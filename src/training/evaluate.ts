import { Tensor } from 'onnxruntime-common';
import { breathe } from '../base/breathe.js';
import type { Dataset } from '../data/dataset.js';
import { type ScheduleMoment, valueAt } from '../nn/index.js';
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
 * it has the numbers in force at the epoch's last step: `learning_rate`, and those of the objective by
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

/** Splits n examples into runs of equal batches: the full ones, then the rest. */
function batchRuns(n: number, batchSize: number) {
  const full = Math.floor(n / batchSize);
  return [
    { start: 0, iterations: full, batchSize },
    { start: full * batchSize, iterations: n % batchSize > 0 ? 1 : 0, batchSize: n % batchSize },
  ].filter(({ iterations }) => iterations > 0);
}

/** Reads a dataset for `evaluateObjective`. */
export function evaluationFeeder(objective: LoopedObjective, dataset: Dataset, seed: number) {
  return new Feeder(dataset, objective, seed, 'evaluation');
}

/**
 * The mean of an objective's terms over a dataset. Noise is decided by the seed, the batch size
 * and each batch's place.
 * @param parameters the model's feeds
 * @param options.moment where schedules stand
 * @param options.feeder of the dataset and the seed, where it is not the only time; else a new one
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
  },
): Promise<Metrics> {
  const { feeder = evaluationFeeder(objective, dataset, options.seed) } = options;
  const order = Uint32Array.from({ length: dataset.size }, (_, index) => index);
  const constants = constantFeeds(objective.constants, options.schedules, options.moment);
  const sums = new MetricSums();
  for (const { start, iterations, batchSize } of batchRuns(dataset.size, options.batchSize)) {
    const chunk = Math.min(iterations, feeder.capacity(batchSize), 16);
    for (let done = 0; done < iterations; done += chunk) {
      options.signal?.throwIfAborted();
      const count = Math.min(chunk, iterations - done);
      const at = start + done * batchSize;
      const step = at / options.batchSize;
      const feeds = await feeder.feeds(order, at, count, batchSize, step);
      const results = await objective.session.run({ ...parameters, ...constants, ...feeds });
      feeder.giveBack(feeds);
      sums.add(objective.metricNames, results, count, batchSize);
      await breathe();
    }
  }
  return sums.means();
}

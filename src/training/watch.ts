import type { Metrics } from './evaluate.js';

/** Follows a metric over epochs; smaller is better, and what is not a number is worst. */
export class MetricWatch {
  /** The smallest value so far, and its epoch. */
  best = { epoch: 0, value: Number.POSITIVE_INFINITY };
  private epoch = 0;

  /** @param minDelta an improvement is more than this */
  constructor(
    readonly metric: string,
    private readonly minDelta = 0,
  ) {}

  /** Takes in the metrics of the next epoch. Returns whether they are an improvement. */
  see(metrics: Metrics): boolean {
    this.epoch += 1;
    const value = metrics[this.metric]!;
    const improved = value < this.best.value - this.minDelta;
    if (improved) this.best = { epoch: this.epoch, value };
    return improved;
  }

  /** Epochs since the last improvement. */
  get waited(): number {
    return this.epoch - this.best.epoch;
  }
}

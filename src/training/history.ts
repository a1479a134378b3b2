import type { EpochMetrics, Metrics } from './evaluate.js';

/** Follows a metric over epochs; smaller is better, and a value that is no number is worst. */
class MetricWatch {
  /** The smallest value so far, and its epoch. */
  best = { epoch: 0, value: Number.POSITIVE_INFINITY };
  private epoch = 0;

  /** @param minDelta an improvement is more than this */
  constructor(
    readonly metric: string,
    private readonly minDelta = 0,
  ) {}

  /**
   * Takes in the metrics of the next epoch. Returns whether they are an improvement.
   * @param isFinal whether the loss is weighed as at the end of training; before that, epochs are not
   *   compared by metrics of training
   */
  see(metrics: Metrics, isFinal: boolean): boolean {
    this.epoch += 1;
    if (!isFinal && !this.metric.startsWith('val_')) {
      this.best = { epoch: this.epoch, value: Number.POSITIVE_INFINITY };
      return false;
    }
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

/** Metrics that decide when training ends, and which epoch's parameters it ends with. */
export interface Watched {
  readonly earlyStopping?:
    | { readonly metric: string; readonly patience: number; readonly minDelta: number }
    | undefined;
  /** The metric whose smallest value names the epoch to keep. */
  readonly keepBest?: string | undefined;
}

/** The epochs behind, and the metrics that are watched in them. */
export class History {
  readonly epochs: EpochMetrics[] = [];
  private readonly stopping: MetricWatch | undefined;
  private readonly keeping: MetricWatch | undefined;

  constructor(private readonly watched: Watched) {
    const { earlyStopping, keepBest } = watched;
    this.stopping = earlyStopping && new MetricWatch(earlyStopping.metric, earlyStopping.minDelta);
    this.keeping = keepBest === undefined ? undefined : new MetricWatch(keepBest);
  }

  /**
   * Takes in an epoch. Returns whether its parameters are to be kept.
   * @param isFinal whether the loss was weighed as at the end of training
   */
  see(line: EpochMetrics, isFinal = true): boolean {
    this.epochs.push(line);
    this.stopping?.see(line, isFinal);
    return this.keeping?.see(line, isFinal) ?? false;
  }

  /** The metric that has not improved for long enough to end training. */
  get exhausted(): string | undefined {
    const { stopping } = this;
    if (!stopping || stopping.waited < this.watched.earlyStopping!.patience) return undefined;
    return stopping.metric;
  }

  /** The epoch to keep, where one is. */
  get best(): { epoch: number; metric: string; value: number } | undefined {
    const { keeping } = this;
    return keeping && keeping.best.epoch > 0 && keeping.best.value < Number.POSITIVE_INFINITY
      ? { ...keeping.best, metric: keeping.metric }
      : undefined;
  }
}

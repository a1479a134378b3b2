import type { RuntimeEvent } from '../runtime/session.js';
import type { Footprint } from '../step/index.js';
import type { Checkpoint } from './checkpoint.js';
import type { EpochMetrics, Metrics } from './evaluate.js';

/** Tells where a run stands inside an epoch. */
export interface Progress {
  /** Counts from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch. */
  readonly step: number;
  readonly steps: number;
  /** Examples that `metrics` are means over. */
  readonly examples: number;
  /** Means over the examples of the epoch so far. */
  readonly metrics: Metrics;
  readonly millisecondsPerStep: number;
}

/** Tells how a training ended. */
export interface TrainingEnd {
  /**
   * `finished` after its last epoch or by early stopping; `stopped` by its signal; `failed` by an error, or by
   * numbers that are not finite.
   */
  readonly state: 'finished' | 'stopped' | 'failed';
  /** The error that ended it, where one did. */
  readonly error?: unknown;
}

/** Hears of a training as it goes on; training waits for promises that are returned. */
export interface Callback {
  /** The memory and work of a step, before it is made ready; an error thrown here ends training. */
  onFootprint?(footprint: Footprint): void | Promise<void>;
  /** A line, before the first step, on data or settings that are not as the model assumes. */
  onNote?(line: string): void | Promise<void>;
  /** Data, model and settings fit together, and the first step is next. */
  onStart?(): void | Promise<void>;
  onProgress?(progress: Progress): void | Promise<void>;
  onEpochEnd?(metrics: EpochMetrics): void | Promise<void>;
  /**
   * A checkpoint, from which `fit({ resume })` goes on: given at the moments of `checkpoint`, and always when
   * training ends, whatever the reason.
   */
  onCheckpoint?(checkpoint: Checkpoint): void | Promise<void>;
  /** The end of a training that `onStart` was told of, whatever the reason; after its last checkpoint. */
  onEnd?(end: TrainingEnd): void | Promise<void>;
  /**
   * The time that each operation of the steps took, told at the end. Steps are slower when this is
   * asked for, and the runtime keeps a million events at most. Node only.
   */
  onEvents?(events: readonly RuntimeEvent[]): void | Promise<void>;
}

/** Tells all callbacks that have the method, one after another. */
export async function notify<Name extends keyof Callback>(
  callbacks: readonly Callback[] = [],
  name: Name,
  event?: Parameters<NonNullable<Callback[Name]>>[0],
): Promise<void> {
  for (const callback of callbacks) {
    await (callback[name] as ((event: unknown) => void | Promise<void>) | undefined)?.(event);
  }
}

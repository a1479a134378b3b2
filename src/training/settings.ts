import type { Tensor } from 'onnxruntime-common';
import type { Dataset } from '../data/dataset.js';
import type { Optimizer } from '../nn/index.js';
import type { Device } from '../runtime/session.js';
import type { PlayerSettings } from '../step/index.js';
import type { Callback } from './callbacks.js';
import type { Checkpoint } from './checkpoint.js';
import type { Controls } from './controls.js';
import type { EpochMetrics } from './evaluate.js';
import type { FitOptions } from './fit-options.js';
import type { NonFinite } from './non-finite.js';

export interface FitSettings extends FitOptions {
  /** How often every example is seen. */
  readonly epochs: number;
  /** Examples a step; a last smaller batch counts by its size. */
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  /** Optimizers of the objective's other players, by name. */
  readonly players?: PlayerSettings | undefined;
  /** Data that is evaluated after each epoch, ready as `fitData` gives it. */
  readonly validation?: Dataset | undefined;
  /** Decides order and noise. */
  readonly seed: number;
  readonly callbacks?: readonly Callback[] | undefined;
  /** Ends training after the steps under way; what was trained is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Threads that compute a step; small steps are faster with one. */
  readonly threads?: number | undefined;
  /** The device that steps run on; `cpu` when left out. */
  readonly device?: Device | undefined;
  /**
   * Steps in one call of the runtime. By default as many as take about 80 ms, or up to 400 ms where
   * copying many parameters would else take a good part of it.
   */
  readonly stepsPerCall?: number | undefined;
  /** Goes on from there in the place of the first step. */
  readonly resume?: Checkpoint | undefined;
  /** Is given the model's tensors by name, as each epoch leaves them, before `onEpochEnd` is told. */
  readonly onParameters?: ((parameters: Record<string, Tensor>) => void) | undefined;
  /** Numbers that may be changed while training runs. */
  readonly controls?: Controls | undefined;
}

/** Why training ended before its last epoch. */
export type Stop =
  | { readonly reason: 'aborted' }
  /** The metric that had not improved for long enough. */
  | { readonly reason: 'early-stopping'; readonly metric: string }
  /** The number that was not finite, and where. */
  | ({ readonly reason: 'non-finite' } & NonFinite);

/** The outcome of a training. */
export interface FitResult {
  readonly epochs: readonly EpochMetrics[];
  /**
   * Tensors of the best epoch where one was to be kept, else those after the last step whose numbers
   * were all finite; with `ema` their average.
   */
  readonly parameters: Record<string, Tensor>;
  /** The epoch whose parameters were kept. */
  readonly best?: { readonly epoch: number; readonly metric: string; readonly value: number };
  readonly stopped?: Stop;
}

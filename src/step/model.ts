import type { Value } from '../graph/index.js';
import type { Initializer, Optimizer, Schedule, ScheduleMoment, Scope } from '../nn/index.js';

/** A batch as the objective sees it. */
export interface Batch {
  /** float32 [batch, ...shape]; uint8 data has been scaled to [0, 1]. */
  readonly images: Value;
  /** int64 [batch]; only for models that use labels. */
  readonly labels?: Value;
}

/** The scalars that an objective computes, each a mean over the batch. */
export interface Terms {
  /** The loss of the player `model`. */
  readonly loss: Value;
  /** The losses of the other players, by name. */
  readonly losses?: Readonly<Record<string, Value>>;
  /** Numbers that are reported beside the losses, in the order of reports. */
  readonly metrics: Readonly<Record<string, Value>>;
}

/**
 * A player of a training: it moves the parameters that it owns so that its own loss falls. All
 * players move at once, each by gradients at the parameters of the step's beginning.
 */
export interface Player {
  readonly name: string;
  /** Paths of the networks whose parameters it owns; the player `model` owns all others. */
  readonly owns?: readonly string[];
  /** Moves its parameters, unless the run says otherwise; the optimizer of `model` when left out. */
  readonly optimizer?: Optimizer;
}

/** A number that is fed at each step, so that it can change without a rebuild. */
export type NumberAt = number | Schedule | ((moment: ScheduleMoment) => number);

/** All that training needs to know of a model. */
export interface Model {
  /** Shape of one example. */
  readonly shape: readonly number[];
  /** Tells whether the objective needs the labels of its examples. */
  readonly usesLabels?: boolean;
  /** Plain data that tells the model from others: a checkpoint of another one is refused. */
  readonly identity?: unknown;
  /** Numbers that the objective asks for by name. */
  readonly schedules: Readonly<Record<string, NumberAt>>;
  /** Names of the numbers that the metrics of an epoch tell. */
  readonly told?: readonly string[];
  /** The players beside `model`. */
  readonly players?: readonly Player[];
  objective(batch: Batch, scope: Scope, schedule: (name: string) => Value): Terms;
}

/** A tensor as a layer declared it. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
  /** Tells whether an optimizer changes it; layers may update tensors that are not trained. */
  readonly trained: boolean;
}

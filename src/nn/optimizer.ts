import type { Value } from '../graph/index.js';
import type { LearningRate } from './schedules/index.js';

/** Values of one parameter, by name: an optimizer's memory. */
export type Slots = Readonly<Record<string, Value>>;

/**
 * Changes parameters by gradients, element by element: two small pure functions. One runs on the
 * host and turns the step number into numbers; the other is a program over graph values.
 */
export interface Optimizer {
  readonly type: string;
  /** The options that `type` is built from, as in `config.json`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly learningRate: LearningRate;
  /** Last parts of the names of parameters that weight decay leaves alone, such as `bias`. */
  readonly exclude?: readonly string[];
  /** Names of the tensors kept for each parameter; they start as zeros. */
  readonly slots: readonly string[];
  /**
   * Numbers that `update` needs at a step.
   * @param step counts from 1
   */
  scalars(step: number, learningRate: number): Readonly<Record<string, number>>;
  /**
   * One step. All values but the scalars have the shape of the parameter.
   * @param decays 1 for the elements that weight decay changes, 0 for the elements in `exclude`
   */
  update(
    gradient: Value,
    parameter: Value,
    slots: Slots,
    scalars: Slots,
    decays: Value | number,
  ): { readonly parameter: Value; readonly slots: Slots };
}

import type { Value } from '../../graph/index.js';

/** A player's parameters on their way through a step, a value for each group of the layout. */
export interface Change {
  readonly gradients: readonly Value[];
  /** The parameters as the step began. */
  readonly before: readonly Value[];
  /** The parameters as the step ends. */
  readonly after: readonly Value[];
  /** A truth value: whether this step changes parameters. It always does where this is left out. */
  readonly applies?: Value;
}

/** A stage's own state and numbers, while its program is traced. */
export interface StageMemory {
  /** A memory as the step began, a value a group. */
  slot(name: string): readonly Value[];
  /** Says which values a memory holds as the step ends. */
  keep(slot: string, next: readonly Value[]): void;
  /** A number that the stage is fed, a scalar; one of `numbers`. */
  number(name: string): Value;
  /** A number for each parameter, by its name: one a group where its parameters agree. */
  weights(weightOf: (parameter: string) => number): readonly (Value | number)[];
}

/** Place of a step among the changes of the parameters. */
export interface Moment {
  /** Changes that were made before this one. */
  readonly changes: number;
  /** Tells whether the step's batch is the first of its change. */
  readonly begins: boolean;
  /** Tells whether the parameters change at the end of the step. */
  readonly applies: boolean;
  /** The batch's share of the examples of its change. */
  readonly share: number;
  /** The learning rate of the player. */
  readonly rate: number;
}

/**
 * A stage of an update: it owns its state and its numbers, and changes the result of the stage before,
 * as a transformation of optax does.
 */
export interface Stage {
  /** Names its state; no two stages of an update share one. */
  readonly kind: string;
  /** Names of its memories: tensors of the parameters' shapes. `''` is the name of a single one. */
  readonly slots: readonly string[];
  /** The content of the memories before the first step: zeros when left out. */
  readonly startsAs?: 'parameters';
  /** The numbers that it is fed at a step, always of the same names. */
  numbers(moment: Moment): Readonly<Record<string, number>>;
  apply(change: Change, memory: StageMemory): Change;
}

import type { Shape, Value } from '../graph/index.js';
import type { Initializer } from './initializers.js';

/** Part of a network: plain data, and a function of its input (one value, unless it says else). */
export interface Layer<Input = Value> {
  readonly type: string;
  /** The options that `type` is built from, as in `config.json`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The layer's output for an input [batch, ...]. */
  apply(x: Input, scope: Scope): Value;
}

/**
 * Told of each layer as it is applied.
 * @param nested whether it is inside of a layer, which is told of after it
 */
export type LayerObserver = (path: string, layer: Layer, output: Value, nested?: boolean) => void;

/** Gives a layer all but its input: parameters, noise and state, named by the layer's path. */
export interface Scope {
  /** `decoder.2` */
  readonly path: string;
  /** Tells whether the program is a training step; dropout and the like do nothing outside of one. */
  readonly training: boolean;
  /**
   * A trained tensor.
   * @param name the last part of its name: `weight` in `decoder.2.weight`
   */
  parameter(name: string, shape: readonly number[], initializer: Initializer): Value;
  /**
   * A tensor that is kept with the parameters but not trained, such as a running mean.
   * @param name the last part of its name
   */
  state(name: string, shape: readonly number[], initializer: Initializer): State;
  /** Standard normal noise, new for every step and place of use. */
  normal(shape: Shape): Value;
  /** Uniform noise in [0, 1), new for every step and place of use. */
  uniform(shape: Shape): Value;
  /** uint8, each 1 with the probability, else 0; new for every step and place of use. */
  bernoulli(shape: Shape, probability: number): Value;
  /**
   * Asks for training batches of at least so many examples; training refuses others.
   * @param what names the layer in the message
   */
  requireBatch(least: number, what: string): void;
  /**
   * Tells that a value of examples is made by numbers of the whole batch. Ranks, which share out a batch, take
   * those of their own parts.
   */
  byParts(made: ByParts): void;
  /**
   * Random rows of the whole batch, also where microbatches or ranks see parts of it.
   * @param rows [batch · k, n], those of an example one after another
   * @param shares [m] in [0, 1): for each, the row at that share of all rows
   * @returns [m, n]
   */
  rowsAt(rows: Value, shares: Value): Value;
  /** The scope of a part. */
  child(name: string): Scope;
  /** Told of the layers applied inside of this scope. */
  readonly observe?: LayerObserver;
}

/** A value of examples, [batch, ...], that is made of another by numbers of the whole batch. */
export interface ByParts {
  readonly from: Value;
  readonly numbers: readonly Value[];
  readonly value: Value;
}

/** A tensor that a layer itself changes from step to step. */
export interface State {
  /** The value when the step began. */
  readonly value: Value;
  /**
   * Sets the value when the step ends; outside of training this does nothing.
   * @param ofParts `mean` where the mean over parts of a batch does for the whole of it: ranks take that
   */
  update(next: Value, ofParts?: 'mean'): void;
}

/**
 * The distribution that noise is drawn from; `bernoulli` is the probability of a 1. Two kinds are no noise, but fed
 * like it: `places` are those of the examples in their batch, from 0, and `count` is how many there are in all.
 */
export type NoiseKind = 'normal' | 'uniform' | 'places' | 'count' | { readonly bernoulli: number };

/** Makes the values that scopes hand out. */
export interface ScopeSource {
  readonly training: boolean;
  parameter(path: string, shape: readonly number[], initializer: Initializer): Value;
  state(path: string, shape: readonly number[], initializer: Initializer): State;
  /** float32, or uint8 for `bernoulli`. */
  noise(path: string, kind: NoiseKind, shape: Shape): Value;
  requireBatch(path: string, least: number, what: string): void;
  /** Left out where there is one part. */
  byParts?(made: ByParts): void;
  /** Left out where nothing takes rows of batches. */
  rowsAt?(rows: Value, shares: Value): Value;
}

/** The scope of a whole model. */
export function createScope(source: ScopeSource, path = ''): Scope {
  const join = (name: string) => (path === '' ? name : `${path}.${name}`);
  let draws = 0;
  const noise = (kind: NoiseKind, shape: Shape) =>
    source.noise(join(`noise${draws++}`), kind, shape);
  return {
    path,
    training: source.training,
    parameter: (name, shape, initializer) => source.parameter(join(name), shape, initializer),
    state: (name, shape, initializer) => source.state(join(name), shape, initializer),
    normal: (shape) => noise('normal', shape),
    uniform: (shape) => noise('uniform', shape),
    bernoulli: (shape, probability) => noise({ bernoulli: probability }, shape),
    requireBatch: (least, what) => source.requireBatch(path, least, what),
    byParts: (made) => source.byParts?.(made),
    rowsAt(rows, shares) {
      if (source.rowsAt) return source.rowsAt(rows, shares);
      throw new Error('This scope gives no rows of batches.');
    },
    child: (name) => createScope(source, join(name)),
  };
}

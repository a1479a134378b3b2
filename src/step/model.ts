import type { Shape, Value } from '../graph/index.js';
import { createScope, type Initializer, type NoiseKind, type Scope } from '../nn/index.js';
import { noiseType } from './noise.js';

/** A batch as the objective sees it. */
export interface Batch {
  /** float32 [batch, ...shape]; uint8 data has been scaled to [0, 1]. */
  readonly images: Value;
  /** int64 [batch]; only for models that use labels. */
  readonly labels?: Value;
}

/** What an objective computes: scalars, each a mean over the batch. */
export interface Terms {
  /** What training makes small. */
  readonly loss: Value;
  /** What is reported beside it, in the order of reports. */
  readonly metrics: Readonly<Record<string, Value>>;
}

/** A number that is fed at each step, so that it can change without a rebuild. */
export type Schedule = number | ((step: number) => number);

/** All that training needs to know of a model. */
export interface Model {
  /** Shape of one example. */
  readonly shape: readonly number[];
  /** Whether the objective needs the labels of its examples. */
  readonly usesLabels?: boolean;
  /** What tells the model from others, as plain data: a checkpoint of another one is refused. */
  readonly identity?: unknown;
  /** Numbers that the objective asks for by name. */
  readonly schedules: Readonly<Record<string, Schedule>>;
  objective(batch: Batch, scope: Scope, schedule: (name: string) => Value): Terms;
}

/** A tensor as a layer declared it. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
  /** Whether the optimizer changes it; what is not trained, layers may update themselves. */
  readonly trained: boolean;
}

/** Noise that a program asks for: drawn by the host, fed as an input. */
export interface NoiseInput {
  readonly name: string;
  readonly kind: NoiseKind;
  readonly shape: Shape;
  readonly value: Value;
}

/** A layer that cannot be trained with smaller batches. */
export interface BatchNeed {
  /** `encoder.1 (batchNorm)` */
  readonly layer: string;
  readonly least: number;
}

/** What a scope was asked for while a program was traced. */
export interface Tracing {
  readonly scope: Scope;
  readonly noises: NoiseInput[];
  /** What states are at the end of the step, by name. */
  readonly updates: Map<string, Value>;
  readonly batchNeeds: BatchNeed[];
}

/** A scope whose tensors come from a function, and whose noise becomes inputs. */
export function tracingScope(
  training: boolean,
  tensor: (spec: ParameterSpec) => Value,
  noiseInput: (name: string, shape: Shape, dtype: 'float32' | 'uint8') => Value,
): Tracing {
  const noises: NoiseInput[] = [];
  const updates = new Map<string, Value>();
  const batchNeeds: BatchNeed[] = [];
  const scope = createScope({
    training,
    parameter: (name, shape, initializer) => tensor({ name, shape, initializer, trained: true }),
    state: (name, shape, initializer) => ({
      value: tensor({ name, shape, initializer, trained: false }),
      update: (next) => {
        if (training) updates.set(name, next);
      },
    }),
    noise: (name, kind, shape) => {
      const value = noiseInput(name, shape, noiseType(kind));
      noises.push({ name, kind, shape, value });
      return value;
    },
    requireBatch: (path, least, what) => {
      if (training) batchNeeds.push({ layer: `${path} (${what})`, least });
    },
  });
  return { scope, noises, updates, batchNeeds };
}

import type { Shape, Value } from '../graph/index.js';
import { type ByParts, createScope, type NoiseKind, type Scope } from '../nn/index.js';
import type { ParameterSpec } from './model.js';
import { noiseType } from './noise.js';

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

/** A scope, and all that it was asked for while a program was traced. */
export interface Tracing {
  readonly scope: Scope;
  readonly noises: NoiseInput[];
  /** The values of states at the end of the step, by name. */
  readonly updates: Map<string, Value>;
  readonly batchNeeds: BatchNeed[];
  /** Values that ranks make of their own parts of a batch. */
  readonly byParts: ByParts[];
  /** States of which ranks then take the mean, by name. */
  readonly meanStates: Set<string>;
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
  const byParts: ByParts[] = [];
  const meanStates = new Set<string>();
  const scope = createScope({
    training,
    parameter: (name, shape, initializer) => tensor({ name, shape, initializer, trained: true }),
    state: (name, shape, initializer) => ({
      value: tensor({ name, shape, initializer, trained: false }),
      update: (next, ofParts) => {
        if (!training) return;
        updates.set(name, next);
        if (ofParts) meanStates.add(name);
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
    byParts: (made) => void byParts.push(made),
  });
  return { scope, noises, updates, batchNeeds, byParts, meanStates };
}

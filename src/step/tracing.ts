import {
  and,
  cast,
  constant,
  floor,
  gather,
  greaterOrEqual,
  lessOrEqual,
  maximum,
  minimum,
  mul,
  parseDimension,
  type Shape,
  size,
  sub,
  unsqueeze,
  type Value,
  where,
} from '../graph/index.js';
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
  /** Values that are sums over the examples of a batch, though operators do not show it. */
  readonly sums: Value[];
}

/**
 * Random rows of a batch of which some examples are seen: those that are not seen are 0, so that the sum over all
 * parts of the batch has each row.
 * @param places of the examples in the batch
 * @param count examples of the batch
 */
function rowsSeen(rows: Value, shares: Value, places: Value, count: Value): Value {
  const [dimension] = rows.shape as [string];
  const { factor } = parseDimension(dimension);
  const length = mul(count, factor);
  const place = minimum(floor(mul(shares, length)), sub(length, 1));
  const first = mul(gather(places, constant([0], [1], 'int64')), factor);
  const [own, last] = [sub(place, first), sub(size(dimension), 1)];
  const isSeen = and(greaterOrEqual(own, 0), lessOrEqual(own, last));
  const found = gather(rows, cast(minimum(maximum(own, 0), last), 'int64'));
  return where(unsqueeze(isSeen, [1]), found, 0);
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
  const sums: Value[] = [];
  const noise = (name: string, kind: NoiseKind, shape: Shape) => {
    const value = noiseInput(name, shape, noiseType(kind));
    noises.push({ name, kind, shape, value });
    return value;
  };
  const fact = (kind: 'places' | 'count', shape: Shape) =>
    noises.find(({ name }) => name === kind)?.value ?? noise(kind, kind, shape);
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
    noise,
    requireBatch: (path, least, what) => {
      if (training) batchNeeds.push({ layer: `${path} (${what})`, least });
    },
    byParts: (made) => void byParts.push(made),
    rowsAt(rows, shares) {
      const { symbols } = parseDimension(rows.shape[0] as string);
      const found = rowsSeen(rows, shares, fact('places', symbols), fact('count', []));
      sums.push(found);
      return found;
    },
  });
  return { scope, noises, updates, batchNeeds, byParts, meanStates, sums };
}

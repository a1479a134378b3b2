import { UserError } from '../base/errors.js';
import { dequantize, input, type Value, within } from '../graph/index.js';
import { feedName, mainPlayer } from './keys.js';
import type { Layout } from './layout.js';
import type { Model, Terms } from './model.js';
import { type BatchNeed, type NoiseInput, type Tracing, tracingScope } from './tracing.js';

/** Images as floats: uint8 ones scaled to [0, 1]. */
export function asFloat(images: Value): Value {
  return images.dtype === 'uint8' ? dequantize(images, 1 / 255) : images;
}

/** The dimension of the examples. */
export const batchDimension = 'batch';

/** A model's objective over a batch. */
export interface Traced {
  readonly parameters: ReadonlyMap<string, Value>;
  /** Packed parameters by player, a value a group of the layout. */
  readonly packed: readonly (readonly Value[])[];
  readonly states: ReadonlyMap<string, Value>;
  readonly updates: ReadonlyMap<string, Value>;
  /** Images, and labels for models that use them. */
  readonly examples: readonly Value[];
  readonly noises: readonly NoiseInput[];
  /** A loss for each player of the layout. */
  readonly losses: readonly Value[];
  readonly outputs: Record<string, Value>;
  readonly scalars: Map<string, Value>;
  readonly batchNeeds: readonly BatchNeed[];
  readonly byParts: Tracing['byParts'];
  readonly meanStates: Tracing['meanStates'];
  readonly sums: Tracing['sums'];
}

/** The losses in the order of the players. @throws UserError when one is missing, or too many */
function lossesOf({ loss, losses = {} }: Terms, layout: Layout): Value[] {
  const names = layout.players.map(({ name }) => name);
  const unknown = Object.keys(losses).find((name) => name === mainPlayer || !names.includes(name));
  if (unknown !== undefined) {
    throw new UserError(
      `The objective gives a loss for ${unknown}, which is none of its players. Name it in players.`,
    );
  }
  return names.map((name) => {
    const own = name === mainPlayer ? loss : losses[name];
    if (own) return own;
    throw new UserError(
      `The objective gives no loss for its player ${name}. Give one in losses.${name}.`,
    );
  });
}

/** Traces a model's objective. @throws UserError when it gives other losses than its players need */
export function trace(
  model: Model,
  layout: Layout,
  dtype: 'uint8' | 'float32',
  training: boolean,
): Traced {
  const packed = layout.parameterInputs();
  const parameters = within({ phase: 'forward', part: 'parameters' }, () =>
    layout.unpackValues(packed),
  );
  const states = layout.layerInputs();
  const fed = input(feedName.images, [batchDimension, ...model.shape], dtype);
  const labels = model.usesLabels ? input(feedName.labels, [batchDimension], 'int64') : undefined;
  const scalars = new Map<string, Value>();
  const schedule = (name: string) => {
    const value = scalars.get(name) ?? input(feedName.schedule(name), []);
    scalars.set(name, value);
    return value;
  };
  const { scope, noises, updates, batchNeeds, byParts, meanStates, sums } = tracingScope(
    training,
    ({ name, trained }) => (trained ? parameters : states).get(name)!,
    (name, shape, dtype) => input(feedName.noise(name), shape, dtype),
  );
  const images = within({ phase: 'forward', part: 'images' }, () => asFloat(fed));
  const terms = within({ phase: 'forward', part: 'objective' }, () =>
    model.objective({ images, ...(labels ? { labels } : {}) }, scope, schedule),
  );
  const adversaries = Object.entries(terms.losses ?? {}).map(
    ([player, loss]) => [`${player}_loss`, loss] as const,
  );
  return {
    parameters,
    packed,
    states,
    updates,
    examples: labels ? [fed, labels] : [fed],
    noises,
    losses: lossesOf(terms, layout),
    outputs: { loss: terms.loss, ...Object.fromEntries(adversaries), ...terms.metrics },
    scalars,
    batchNeeds,
    ...{ byParts, meanStates, sums },
  };
}

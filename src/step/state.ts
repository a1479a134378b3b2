import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../data/errors.js';
import type { Packing } from './packing.js';
import type { Feeds } from './program.js';
import type { UpdateSettings } from './update.js';

/** What `traceUpdate` carries for each parameter: its name in feeds, and in checkpoints. */
function carriedKinds({ optimizer, accumulate = 1, ema }: UpdateSettings): [string, string][] {
  return [
    ['parameters', 'parameters'],
    ...optimizer.slots.map((slot): [string, string] => [slot, `optimizer/${slot}`]),
    ...(accumulate > 1 ? [['accumulated', 'accumulated'] as [string, string]] : []),
    ...(ema === undefined ? [] : [['average', 'average'] as [string, string]]),
  ];
}

/** The carried state by parameter name: what a checkpoint keeps, whatever the packing. */
export function nameState(
  packing: Packing,
  state: Feeds,
  update: UpdateSettings,
): Record<string, Tensor> {
  const named: Record<string, Tensor> = {};
  for (const [kind, prefix] of carriedKinds(update)) {
    for (const [name, tensor] of Object.entries(packing.unpack(kind, state))) {
      named[`${prefix}/${name}`] = tensor;
    }
  }
  for (const { name, trained } of packing.specs) {
    if (!trained) named[`state/${name}`] = state[`state/${name}`]!;
  }
  return named;
}

/**
 * The reverse of `nameState`.
 * @throws UserError when a tensor is missing or of another shape
 */
export function packState(
  packing: Packing,
  named: Readonly<Record<string, Tensor>>,
  update: UpdateSettings,
): Feeds {
  const tensor = (key: string, shape: readonly number[]): Tensor => {
    const found = named[key];
    if (found?.type === 'float32' && found.dims.join() === shape.join()) return found;
    const is = found ? `${found.type} [${found.dims.join(', ')}]` : 'missing';
    throw new UserError(
      `The checkpoint's ${key} is ${is}, but the model needs float32 [${shape.join(', ')}]. Resume with the model that it was made with.`,
    );
  };
  const feeds: Feeds = {};
  for (const [kind, prefix] of carriedKinds(update)) {
    const trained = packing.specs.filter((spec) => spec.trained);
    const tensors = trained.map(({ name, shape }) => [name, tensor(`${prefix}/${name}`, shape)]);
    Object.assign(feeds, packing.pack(kind, Object.fromEntries(tensors)));
  }
  for (const { name, shape, trained } of packing.specs) {
    if (!trained) feeds[`state/${name}`] = tensor(`state/${name}`, shape);
  }
  return feeds;
}

/** What the model is judged by and ends with: parameters, or their averages, and states. */
export function judged(state: Feeds): Feeds {
  return Object.fromEntries(
    Object.entries(state)
      .filter(([name]) => /^(parameters|state)\//.test(name))
      .map(([name, tensor]) => [name, state[name.replace(/^parameters/, 'average')] ?? tensor]),
  );
}

/** Entries whose names begin with `<prefix>/`, without it. */
export function under<T>(prefix: string, entries: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(entries)
      .filter(([name]) => name.startsWith(`${prefix}/`))
      .map(([name, value]) => [name.slice(prefix.length + 1), value]),
  );
}

/** Entries with `<prefix>/` before their names. */
export function prefixed<T>(
  prefix: string,
  entries: Readonly<Record<string, T>>,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, value]) => [`${prefix}/${name}`, value]),
  );
}

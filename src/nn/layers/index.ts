/*
 * Layers, a file a kind; all.ts lists them. From here layers become plain data, as in config files, and
 * plain data becomes layers.
 */
import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { quote } from '../../base/excerpt.js';
import { Registry } from '../../base/settings/registry.js';
import { validate } from '../../base/settings/validate.js';
import type { Layer, LayerKind } from '../layer.js';
import * as all from './all.js';

export * from './all.js';

/** Every kind of layer that config files can name. */
const registry = new Registry<LayerKind>('layer', all);

/** Layers inside of a layer are its option `layers`. */
const hasLayers = (options: Layer['options']): options is { layers: readonly LayerConfig[] } =>
  Array.isArray(options.layers);

const innerLayers = z
  .array(z.lazy((): z.ZodType<LayerConfig> => layerSchema))
  .min(1)
  .describe('The layers inside, one after another.');

const customSchema = z
  .strictObject({ type: z.literal('custom'), name: z.string().describe('Its name in code.') })
  .describe("A layer of the user's own: its function is in code, as in vae.config.ts.");

/** A layer as plain data. */
export const layerSchema = registry
  .schema(({ schema }) => ('layers' in schema.shape ? { layers: innerLayers } : {}), [customSchema])
  .meta({ id: 'layer', description: 'One layer of a network.' });

export type LayerConfig = Readonly<Record<string, unknown>>;

/** A layer as plain data: its type beside its options. */
export function layerToConfig({ type, options }: Layer): Record<string, unknown> {
  const inner = hasLayers(options)
    ? { layers: options.layers.map((each) => layerToConfig(each as unknown as Layer)) }
    : {};
  return { type, ...options, ...inner };
}

/**
 * The layer that plain data describes.
 * @param path where the data stands, for messages
 * @param custom the user's own layers, by name
 * @throws UserError when the type or an option is unknown or wrong
 */
export function layerFromConfig(
  config: unknown,
  path: string,
  custom: Readonly<Record<string, Layer>> = {},
): Layer {
  return build(validate(layerSchema, config, path), path, custom);
}

/** The layer that checked plain data describes. */
function build(
  { type, ...options }: LayerConfig,
  path: string,
  custom: Readonly<Record<string, Layer>>,
): Layer {
  if (type === 'custom') {
    const name = String(options.name);
    const found = Object.hasOwn(custom, name) ? custom[name] : undefined;
    if (found) return found;
    throw new UserError(
      `${path}: the model has the layer ${quote(name)} of its own, which is code and no part of a run. Give it: --config vae.config.ts on the command line, VAE.load(run, { layers: { ${quote(name)}: ... } }) in code.`,
    );
  }
  const kind = registry.get(type, path);
  if (!hasLayers(options)) return kind.create(options);
  const layers = options.layers.map((each, i) => build(each, `${path}.layers[${i}]`, custom));
  return kind.create({ ...options, layers });
}

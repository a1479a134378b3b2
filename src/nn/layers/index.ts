import { z } from 'zod';
import { UserError } from '../../data/errors.js';
import { quote } from '../../data/excerpt.js';
import { oneOf, typed } from '../../data/kinds.js';
import { validate } from '../../data/validate.js';
import type { Layer, LayerKind } from '../layer.js';
import { activationKind } from './activation.js';
import { batchNormKind } from './batch-norm.js';
import { conv2dKind, convTranspose2dKind } from './convolution.js';
import { denseKind } from './dense.js';
import { dropoutKind } from './dropout.js';
import { groupNormKind } from './group-norm.js';
import { layerNormKind } from './layer-norm.js';
import {
  averagePool2dKind,
  globalAveragePoolKind,
  globalMaxPoolKind,
  maxPool2dKind,
} from './pooling.js';
import { residualKind } from './residual.js';
import { flattenKind, reshapeKind } from './shape.js';
import { upsampleKind } from './upsample.js';

export { activation } from './activation.js';
export { type BatchNormOptions, batchNorm } from './batch-norm.js';
export {
  type Conv2dOptions,
  type ConvTranspose2dOptions,
  conv2d,
  convTranspose2d,
} from './convolution.js';
export { type DenseOptions, dense } from './dense.js';
export { dropout } from './dropout.js';
export { type GroupNormOptions, groupNorm } from './group-norm.js';
export { type LayerNormOptions, layerNorm } from './layer-norm.js';
export {
  type AveragePool2dOptions,
  averagePool2d,
  globalAveragePool,
  globalMaxPool,
  type MaxPool2dOptions,
  maxPool2d,
} from './pooling.js';
export { residual } from './residual.js';
export { flatten, reshape } from './shape.js';
export { type UpsampleOptions, upsample } from './upsample.js';

/** Every kind of layer that config files can name. */
const kinds: readonly LayerKind[] = [
  denseKind,
  conv2dKind,
  convTranspose2dKind,
  upsampleKind,
  maxPool2dKind,
  averagePool2dKind,
  globalAveragePoolKind,
  globalMaxPoolKind,
  batchNormKind,
  layerNormKind,
  groupNormKind,
  dropoutKind,
  residualKind,
  reshapeKind,
  flattenKind,
  activationKind,
];

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
export const layerSchema = oneOf<z.ZodObject>('layer', [
  ...kinds.map((kind) => typed(kind, 'layers' in kind.schema.shape ? { layers: innerLayers } : {})),
  customSchema,
]).meta({ id: 'layer', description: 'One layer of a network.' });

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
  const kind = kinds.find((each) => each.type === type)!;
  if (!hasLayers(options)) return kind.create(options);
  const layers = options.layers.map((each, i) => build(each, `${path}.layers[${i}]`, custom));
  return kind.create({ ...options, layers });
}

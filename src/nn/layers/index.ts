import { UserError } from '../../data/errors.js';
import { advice } from '../../data/suggest.js';
import { validate } from '../../data/validate.js';
import type { Layer, LayerKind } from '../layer.js';
import { activationKind } from './activation.js';
import { conv2dKind, convTranspose2dKind } from './convolution.js';
import { denseKind } from './dense.js';
import { flattenKind, reshapeKind } from './shape.js';

export { activation } from './activation.js';
export {
  type Conv2dOptions,
  type ConvTranspose2dOptions,
  conv2d,
  convTranspose2d,
} from './convolution.js';
export { type DenseOptions, dense } from './dense.js';
export { flatten, reshape } from './shape.js';

/** Every kind of layer that config files can name. */
const kinds: readonly LayerKind[] = [
  denseKind,
  conv2dKind,
  convTranspose2dKind,
  reshapeKind,
  flattenKind,
  activationKind,
];

const kindOf: ReadonlyMap<string, LayerKind> = new Map(kinds.map((kind) => [kind.type, kind]));

/** A layer as plain data: its type beside its options. */
export function layerToConfig(each: Layer): Record<string, unknown> {
  return { type: each.type, ...each.options };
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
  const { type, ...options } = config as Record<string, unknown>;
  if (type === 'custom') {
    const name = String(options.name);
    const found = Object.hasOwn(custom, name) ? custom[name] : undefined;
    if (found) return found;
    throw new UserError(
      `${path}: the model has the custom layer '${name}', which no file holds. Give it in load's option layers: { ${name}: ... }.`,
    );
  }
  const kind = kindOf.get(String(type));
  if (!kind) {
    throw new UserError(
      `${path}.type: unknown layer '${String(type)}'. ${advice(String(type), [...kindOf.keys()])}`,
    );
  }
  return kind.create(validate(kind.schema, options, path));
}

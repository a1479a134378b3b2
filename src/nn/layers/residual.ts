import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { add, formatShape } from '../../graph/index.js';
import { applyLayers, defineLayer, type Layer, layerName } from '../layer.js';

const schema = z
  .strictObject({ layers: z.array(z.custom<Layer>()).min(1) })
  .describe('x + f(x), f being the layers inside, which keep the shape.');

/**
 * x + f(x), f being the layers one after another (He et al. 2016, https://arxiv.org/abs/1512.03385,
 * eq. 1); f keeps the shape. Its parameters are the layers' own, by their index:
 * `encoder.2.0.weight`.
 * @throws UserError when there are no layers
 */
export const residual = defineLayer(
  'residual',
  schema,
  (x, { layers }, scope) => {
    const change = applyLayers(layers, x, scope);
    if (change.shape.join() !== x.shape.join()) {
      const last = layers.length - 1;
      throw new UserError(
        `its last layer, ${scope.path}.${last} (${layerName(layers[last]!)}), gives ${formatShape(change.shape)}. End it with a layer that gives the input's shape.`,
      );
    }
    return add(x, change);
  },
  (...layers: readonly Layer[]) => ({ layers: [...layers] }),
);

import { z } from 'zod';
import * as graph from '../../graph/index.js';
import { defineLayer, type Layer } from '../layer.js';

export const reshapeKind = defineLayer(
  'reshape',
  z.strictObject({ shape: z.array(z.int().min(1)).min(1) }),
  (x, { shape }) => graph.reshape(x, [x.shape[0]!, ...shape]),
);

/** [batch, ...] to [batch, ...shape]. @throws UserError when an option is wrong */
export function reshape(shape: readonly number[]): Layer {
  return reshapeKind.create({ shape: [...shape] });
}

export const flattenKind = defineLayer('flatten', z.strictObject({}), (x) => graph.flatten(x));

/** [batch, ...] to [batch, features]. */
export function flatten(): Layer {
  return flattenKind.create({});
}

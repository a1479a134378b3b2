import { z } from 'zod';
import * as graph from '../../graph/index.js';
import { defineLayer, type Layer } from '../layer.js';

export const reshapeKind = defineLayer(
  'reshape',
  z
    .strictObject({ shape: z.array(z.int().min(1)).min(1).describe('Shape of one example.') })
    .describe('Another shape of the same elements.'),
  (x, { shape }) => graph.reshape(x, [x.shape[0]!, ...shape]),
);

/** [batch, ...] to [batch, ...shape]. @throws UserError when an option is wrong */
export function reshape(shape: readonly number[]): Layer {
  return reshapeKind.create({ shape: [...shape] });
}

export const flattenKind = defineLayer(
  'flatten',
  z.strictObject({}).describe('All elements of an example in a row.'),
  (x) => graph.flatten(x),
);

/** [batch, ...] to [batch, features]. */
export function flatten(): Layer {
  return flattenKind.create({});
}

import { z } from 'zod';
import * as graph from '../../graph/index.js';
import { defineLayer } from '../layer.js';

const reshapeSchema = z
  .strictObject({ shape: z.array(z.int().min(1)).min(1).describe('Shape of one example.') })
  .describe('Another shape of the same elements.');

/** [batch, ...] to [batch, ...shape]. @throws UserError when an option is wrong */
export const reshape = defineLayer(
  'reshape',
  reshapeSchema,
  (x, { shape }) => graph.reshape(x, [x.shape[0]!, ...shape]),
  (shape: readonly number[]) => ({ shape: [...shape] }),
);

const flattenSchema = z.strictObject({}).describe('All elements of an example in a row.');

/** [batch, ...] to [batch, features]. */
export const flatten = defineLayer(
  'flatten',
  flattenSchema,
  (x) => graph.flatten(x),
  () => ({}),
);

import { z } from 'zod';
import { type ActivationName, activate, activationSchema } from '../activations.js';
import { defineLayer } from '../layer.js';

const schema = z
  .strictObject({ name: activationSchema.describe('Which function.') })
  .describe('A function of each element.');

/** The function of that name, applied to each element. @throws UserError for an unknown name */
export const activation = defineLayer(
  'activation',
  schema,
  (x, { name }) => activate(name, x),
  (name: ActivationName) => ({ name }),
);

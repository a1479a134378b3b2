import { z } from 'zod';
import { type ActivationName, activate, activationSchema } from '../activations.js';
import { defineLayer, type Layer } from '../layer.js';

export const activationKind = defineLayer(
  'activation',
  z
    .strictObject({ name: activationSchema.describe('Which function.') })
    .describe('A function of each element.'),
  (x, { name }) => activate(name, x),
);

/** The function of that name, applied to each element. @throws UserError for an unknown name */
export function activation(name: ActivationName): Layer {
  return activationKind.create({ name });
}

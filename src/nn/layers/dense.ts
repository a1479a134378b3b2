import { z } from 'zod';
import { flatten, gemm, type Value } from '../../graph/index.js';
import { activate, activationSchema } from '../activations.js';
import { biasInitializer, initializerSchema } from '../initializers.js';
import { defineLayer } from '../layer.js';

const schema = z
  .strictObject({
    units: z.int().min(1).describe('How many numbers it gives.'),
    activation: activationSchema.default('linear').describe('The function after it.'),
    bias: z.boolean().default(true).describe('Whether a bias is added.'),
    initializer: initializerSchema.default('glorotUniform').describe('How the weights start.'),
  })
  .describe('activation(x · weightᵀ + bias) of the flattened input.');

export type DenseOptions = Omit<z.input<typeof schema>, 'units'>;

/**
 * activation(x · weightᵀ + bias): [batch, ...] to [batch, units]. An input of higher rank is
 * flattened first. Parameters: `weight` [units, features], `bias` [units].
 * @throws UserError when an option is wrong
 */
export const dense = defineLayer(
  'dense',
  schema,
  (x, { units, activation, bias, initializer }, scope) => {
    const flat: Value = flatten(x);
    const shape = [units, flat.shape[1] as number];
    const weight = scope.parameter('weight', shape, initializer);
    const offset = bias
      ? scope.parameter('bias', [units], biasInitializer(initializer, shape))
      : undefined;
    return activate(activation, gemm(flat, weight, offset, { transposeB: true }));
  },
  (units: number, options: DenseOptions = {}) => ({ units, ...options }),
);

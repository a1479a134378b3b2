import { z } from 'zod';
import { flatten, gemm, mul, sigmoid } from '../../graph/index.js';
import { biasInitializer, initializerSchema } from '../initializers.js';
import { defineLayer } from '../layer.js';

const schema = z
  .strictObject({
    units: z.int().min(1).describe('How many numbers it gives.'),
    initializer: initializerSchema.default('heNormal').describe('How the weights start.'),
  })
  .describe('A dense layer times the sigmoid of another one.');

/**
 * (x · weightᵀ + bias) σ(x · gateWeightᵀ + gateBias): [batch, ...] to [batch, units] (van den Oord et
 * al. 2016, https://arxiv.org/abs/1606.05328, eq. 2, without the tanh; so used by Tomczak and Welling 2018, "VAE with a
 * VampPrior", https://arxiv.org/abs/1705.07120). An input of higher rank is flattened first. Parameters:
 * `weight` and `gateWeight` [units, features], `bias` and `gateBias` [units].
 * @throws UserError when an option is wrong
 */
export const gatedDense = defineLayer(
  'gatedDense',
  schema,
  (x, { units, initializer }, scope) => {
    const flat = flatten(x);
    const shape = [units, flat.shape[1] as number];
    const product = (name: string, biasName: string) => {
      const weight = scope.parameter(name, shape, initializer);
      const bias = scope.parameter(biasName, [units], biasInitializer(initializer, shape));
      return gemm(flat, weight, bias, { transposeB: true });
    };
    return mul(product('weight', 'bias'), sigmoid(product('gateWeight', 'gateBias')));
  },
  (units: number, options: Omit<z.input<typeof schema>, 'units'> = {}) => ({ units, ...options }),
);

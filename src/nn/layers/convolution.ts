import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import * as graph from '../../graph/index.js';
import { activate, activationSchema } from '../activations.js';
import { initializerSchema } from '../initializers.js';
import { defineLayer } from '../layer.js';
import { type Pair, paddingSchema, pairOf, samePadding, sizeOf, windowOf } from './window.js';

const sharedOptions = {
  filters: z.int().min(1).describe('How many channels it gives.'),
  kernel: pairOf(1).default([3, 3]).describe('Size of the window: pixels, or [height, width].'),
  stride: pairOf(1).default([1, 1]).describe('Step of the window: pixels, or [height, width].'),
  padding: paddingSchema
    .default('valid')
    .describe(
      "Zeros around the image: pixels on both sides, 'valid' for none, 'same' as in Keras.",
    ),
  dilation: pairOf(1).default([1, 1]).describe("Distance of the window's pixels."),
  groups: z.int().min(1).default(1).describe('Groups of channels that do not see each other.'),
  activation: activationSchema.default('linear').describe('The function after it.'),
  bias: z.boolean().default(true).describe('Whether a bias is added.'),
  initializer: initializerSchema.default('glorotUniform').describe('How the weights start.'),
};

function perGroup(channels: number, groups: number, what: string): number {
  if (channels % groups !== 0) {
    throw new UserError(`${channels} ${what} cannot be cut into ${groups} groups.`);
  }
  return channels / groups;
}

const conv2dSchema = z.strictObject(sharedOptions).describe('A convolution.');

export type Conv2dOptions = Omit<z.input<typeof conv2dSchema>, 'filters'>;

/**
 * A convolution: [batch, channels, height, width] to [batch, filters, height', width'].
 * Parameters: `weight` [filters, channels / groups, kernelHeight, kernelWidth], `bias` [filters].
 * @param options sizes are numbers or [height, width]; `padding` is a size for both sides, 'valid'
 *   (none), or 'same': the output has the input's size divided by the stride, rounded up, with the
 *   odd row or column of zeros at the end, as in Keras
 * @throws UserError when an option is wrong
 */
export const conv2d = defineLayer(
  'conv2d',
  conv2dSchema,
  (x, options, scope) => {
    const { filters, kernel, groups, activation, bias, initializer } = options;
    const window = windowOf(options, sizeOf(x), samePadding);
    perGroup(filters, groups, 'filters');
    const channels = perGroup(x.shape[1] as number, groups, 'channels');
    const weight = scope.parameter('weight', [filters, channels, ...kernel], initializer);
    const offset = bias ? scope.parameter('bias', [filters], 'zeros') : undefined;
    return activate(activation, graph.conv2d(x, weight, offset, window));
  },
  (filters: number, options: Conv2dOptions = {}) => ({ filters, ...options }),
);

const convTranspose2dSchema = z
  .strictObject({
    ...sharedOptions,
    outputPadding: pairOf(0)
      .default([0, 0])
      .describe("Rows and columns added at the output's end."),
  })
  .describe('A transposed convolution.');

export type ConvTranspose2dOptions = Omit<z.input<typeof convTranspose2dSchema>, 'filters'>;

/**
 * A transposed convolution: [batch, channels, height, width] to [batch, filters, height', width'].
 * Parameters: `weight` [channels, filters / groups, kernelHeight, kernelWidth], `bias` [filters].
 * @param options as for `conv2d`; 'same' gives the input's size times the stride, as in Keras;
 *   `outputPadding` adds rows and columns at the output's end, as in PyTorch
 * @throws UserError when an option is wrong
 */
export const convTranspose2d = defineLayer(
  'convTranspose2d',
  convTranspose2dSchema,
  (x, options, scope) => {
    const { filters, kernel, stride, padding, groups, activation, bias, initializer } = options;
    const size = sizeOf(x);
    const window = windowOf(options, size, (_, step, reach) => reach - step);
    const shortfall = ([0, 1] as const).map((axis) => {
      const reach = options.dilation[axis] * (kernel[axis] - 1) + 1;
      return padding === 'same' ? Math.max(0, stride[axis] - reach) : 0;
    });
    const outputPadding: Pair = [
      options.outputPadding[0] + shortfall[0]!,
      options.outputPadding[1] + shortfall[1]!,
    ];
    const channels = x.shape[1] as number;
    perGroup(channels, groups, 'channels');
    const each = perGroup(filters, groups, 'filters');
    const weight = scope.parameter('weight', [channels, each, ...kernel], initializer);
    const offset = bias ? scope.parameter('bias', [filters], 'zeros') : undefined;
    const y = graph.convTranspose2d(x, weight, offset, window, outputPadding);
    return activate(activation, y);
  },
  (filters: number, options: ConvTranspose2dOptions = {}) => ({ filters, ...options }),
);

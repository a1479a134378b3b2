import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import * as graph from '../../graph/index.js';
import { activate, activationSchema } from '../activations.js';
import { biasInitializer, initializerSchema } from '../initializers.js';
import { defineLayer } from '../layer.js';
import type { Scope } from '../scope.js';
import { along, alongRow, asRow, requireRoom, rowPaddingSchema, stepsOf } from './row.js';
import {
  type Geometry,
  type Pair,
  paddingSchema,
  pairOf,
  samePadding,
  sizeOf,
  windowOf,
} from './window.js';

const filters = z.int().min(1).describe('How many channels it gives.');

const imageWindow = {
  kernel: pairOf(1).default([3, 3]).describe('Size of the window: pixels, or [height, width].'),
  stride: pairOf(1).default([1, 1]).describe('Step of the window: pixels, or [height, width].'),
  padding: paddingSchema
    .default('valid')
    .describe(
      "Zeros around the image: pixels on both sides, 'valid' for none, 'same' as in Keras.",
    ),
  dilation: pairOf(1).default([1, 1]).describe("Distance of the window's pixels."),
};

const sequenceWindow = {
  kernel: stepsOf(1).default(3).describe('Length of the window in steps.'),
  stride: stepsOf(1).default(1).describe('How many steps the window moves at a time.'),
  padding: rowPaddingSchema
    .default('valid')
    .describe("Zeros at the sequence's ends: steps at both, 'valid' for none, 'same' as in Keras."),
  dilation: stepsOf(1).default(1).describe("Distance of the window's steps."),
};

const sharedOptions = {
  groups: z.int().min(1).default(1).describe('Groups of channels that do not see each other.'),
  activation: activationSchema.default('linear').describe('The function after it.'),
  bias: z.boolean().default(true).describe('Whether a bias is added.'),
  initializer: initializerSchema.default('glorotUniform').describe('How the weights start.'),
};

/** Options of a convolution of images. */
type Convolution = Geometry & { readonly filters: number } & z.output<
    z.ZodObject<typeof sharedOptions>
  >;

function perGroup(channels: number, groups: number, what: string): number {
  if (channels % groups !== 0) {
    throw new UserError(`${channels} ${what} cannot be cut into ${groups} groups.`);
  }
  return channels / groups;
}

/** The weight of the given shape, and the bias where there is one. */
function parametersOf(
  shape: readonly number[],
  { filters, bias, initializer }: Convolution,
  scope: Scope,
) {
  const weight = scope.parameter('weight', shape, initializer);
  if (!bias) return { weight, offset: undefined };
  return {
    weight,
    offset: scope.parameter('bias', [filters], biasInitializer(initializer, shape)),
  };
}

/**
 * A convolution of images [batch, channels, height, width].
 * @param weightKernel the kernel's size in the weight's shape: one axis for sequences
 */
function convolve(
  x: graph.Value,
  options: Convolution,
  weightKernel: readonly number[],
  scope: Scope,
): graph.Value {
  const { filters, groups, activation } = options;
  const window = windowOf(options, sizeOf(x), samePadding);
  perGroup(filters, groups, 'filters');
  const channels = perGroup(x.shape[1] as number, groups, 'channels');
  const { weight, offset } = parametersOf([filters, channels, ...weightKernel], options, scope);
  const taps = graph.reshape(weight, [filters, channels, ...options.kernel]);
  return activate(activation, graph.conv2d(x, taps, offset, window));
}

/** A transposed convolution of images, likewise. */
function convolveTransposed(
  x: graph.Value,
  options: Convolution & { readonly outputPadding: Pair },
  weightKernel: readonly number[],
  scope: Scope,
): graph.Value {
  const { filters, kernel, stride, padding, groups, activation } = options;
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
  const { weight, offset } = parametersOf([channels, each, ...weightKernel], options, scope);
  const taps = graph.reshape(weight, [channels, each, ...kernel]);
  return activate(activation, graph.convTranspose2d(x, taps, offset, window, outputPadding));
}

const conv2dSchema = z
  .strictObject({ filters, ...imageWindow, ...sharedOptions })
  .describe('A convolution.');

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
  (x, options, scope) => convolve(x, options, options.kernel, scope),
  (filters: number, options: Conv2dOptions = {}) => ({ filters, ...options }),
);

const conv1dSchema = z
  .strictObject({ filters, ...sequenceWindow, ...sharedOptions })
  .describe('A convolution of sequences.');

export type Conv1dOptions = Omit<z.input<typeof conv1dSchema>, 'filters'>;

/**
 * A convolution of sequences: [batch, channels, steps] to [batch, filters, steps'].
 * Parameters: `weight` [filters, channels / groups, kernel], `bias` [filters].
 * @param options as for `conv2d`, in steps
 * @throws UserError when an option is wrong
 */
export const conv1d = defineLayer(
  'conv1d',
  conv1dSchema,
  (x, options, scope) => {
    const { kernel, dilation, padding } = options;
    requireRoom(x, dilation * (kernel - 1) + 1, padding);
    return asRow(x, (row) => convolve(row, alongRow(options), [kernel], scope));
  },
  (filters: number, options: Conv1dOptions = {}) => ({ filters, ...options }),
);

const convTranspose2dSchema = z
  .strictObject({
    filters,
    ...imageWindow,
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
  (x, options, scope) => convolveTransposed(x, options, options.kernel, scope),
  (filters: number, options: ConvTranspose2dOptions = {}) => ({ filters, ...options }),
);

const convTranspose1dSchema = z
  .strictObject({
    filters,
    ...sequenceWindow,
    ...sharedOptions,
    outputPadding: stepsOf(0).default(0).describe("Steps added at the output's end."),
  })
  .describe('A transposed convolution of sequences.');

export type ConvTranspose1dOptions = Omit<z.input<typeof convTranspose1dSchema>, 'filters'>;

/**
 * A transposed convolution of sequences: [batch, channels, steps] to [batch, filters, steps'].
 * Parameters: `weight` [channels, filters / groups, kernel], `bias` [filters].
 * @param options as for `convTranspose2d`, in steps
 * @throws UserError when an option is wrong
 */
export const convTranspose1d = defineLayer(
  'convTranspose1d',
  convTranspose1dSchema,
  (x, options, scope) => {
    const window = { ...alongRow(options), outputPadding: along(options.outputPadding, 0) };
    return asRow(x, (row) => convolveTransposed(row, window, [options.kernel], scope));
  },
  (filters: number, options: ConvTranspose1dOptions = {}) => ({ filters, ...options }),
);

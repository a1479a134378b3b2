import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { constant, conv2d, mul } from '../../graph/index.js';
import { activate, activationSchema } from '../activations.js';
import { biasInitializer, initializerSchema } from '../initializers.js';
import { defineLayer } from '../layer.js';
import { channelsOf } from './channels.js';
import { type Pair, pairOf, sizeOf } from './window.js';

const schema = z
  .strictObject({
    filters: z.int().min(1).describe('How many channels it gives.'),
    mask: z
      .enum(['A', 'B'])
      .default('B')
      .describe('Whether a pixel sees itself: not with A, of the first layer; with B it does.'),
    kernel: pairOf(1)
      .default([3, 3])
      .describe('Odd size of the window: pixels, or [height, width].'),
    colours: z
      .int()
      .min(1)
      .default(1)
      .describe('Groups of channels that follow one another within a pixel.'),
    activation: activationSchema.default('linear').describe('The function after it.'),
    bias: z.boolean().default(true).describe('Whether a bias is added.'),
    initializer: initializerSchema.default('glorotUniform').describe('How the weights start.'),
  })
  .describe('A convolution that sees only pixels before its own, row by row.');

export type MaskedConv2dOptions = Omit<z.input<typeof schema>, 'filters'>;

/** A mask of weights [filters, channels, height, width]: 1 for the ones that are kept, 0 for others. */
function maskOf(
  shape: readonly [number, number, number, number],
  mask: 'A' | 'B',
  colours: number,
): Float32Array {
  const [filters, channels, height, width] = shape;
  const [row, column] = [(height - 1) / 2, (width - 1) / 2];
  const isSeen = (filter: number, channel: number, y: number, x: number) => {
    if (y !== row) return y < row;
    if (x !== column) return x < column;
    const from = Math.floor((channel * colours) / channels);
    const to = Math.floor((filter * colours) / filters);
    return mask === 'A' ? from < to : from <= to;
  };
  return Float32Array.from({ length: filters * channels * height * width }, (_, i) => {
    const x = i % width;
    const y = Math.floor(i / width) % height;
    const channel = Math.floor(i / (width * height)) % channels;
    return Number(isSeen(Math.floor(i / (width * height * channels)), channel, y, x));
  });
}

/**
 * A convolution with masked weights: [batch, channels, height, width] to [batch, filters, height, width]. A pixel sees
 * the pixels above and left of it, in the order of reading (van den Oord et al., "Pixel Recurrent Neural Networks"
 * 2016, §3.4, https://arxiv.org/abs/1601.06759): with mask A, for the first layer, not itself, with B also itself.
 * With `colours`, channels and filters are so many equal groups in sequence, and within a pixel a group sees the
 * groups before it. Zeros around the image keep its size. Parameters: `weight` [filters, channels, kernelHeight,
 * kernelWidth], `bias` [filters].
 * @throws UserError when an option is wrong
 */
export const maskedConv2d = defineLayer(
  'maskedConv2d',
  schema,
  (x, { filters, mask, kernel, colours, activation, bias, initializer }, scope) => {
    sizeOf(x);
    const channels = channelsOf(x);
    if (kernel.some((size) => size % 2 === 0)) {
      throw new UserError(`its kernel is ${kernel.join(' × ')}. Give an odd height and width.`);
    }
    for (const [count, name] of [
      [channels, 'channels'],
      [filters, 'filters'],
    ] as const) {
      if (count % colours === 0) continue;
      throw new UserError(`${count} ${name} cannot be cut into ${colours} colours.`);
    }
    const shape = [filters, channels, ...kernel] as const;
    const weight = scope.parameter('weight', shape, initializer);
    const offset = bias
      ? scope.parameter('bias', [filters], biasInitializer(initializer, shape))
      : undefined;
    const taps = mul(weight, constant(maskOf(shape, mask, colours), shape));
    const pads: Pair = [(kernel[0] - 1) / 2, (kernel[1] - 1) / 2];
    const window = {
      strides: [1, 1],
      pads: [...pads, ...pads],
      dilations: [1, 1],
      groups: 1,
    } as const;
    return activate(activation, conv2d(x, taps, offset, window));
  },
  (filters: number, options: MaskedConv2dOptions = {}) => ({ filters, ...options }),
);

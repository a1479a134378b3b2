import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import * as graph from '../../graph/index.js';
import { defineLayer } from '../layer.js';
import { along, asRow, paddingAlong, requireRoom, rowPaddingSchema, stepsOf } from './row.js';
import { type Pair, paddingSchema, pairOf, samePadding, sizeOf, windowOf } from './window.js';

const sharedOptions = {
  size: pairOf(1).describe('Size of the window: pixels, or [height, width].'),
  stride: pairOf(1)
    .optional()
    .describe("Step of the window in pixels; the window's size when left out."),
  padding: paddingSchema
    .default('valid')
    .describe(
      "What is around the image: pixels on both sides, 'valid' for none, 'same' as in Keras.",
    ),
};

const sequenceOptions = {
  size: stepsOf(1).describe('Length of the window in steps.'),
  stride: stepsOf(1)
    .optional()
    .describe("How many steps the window moves at a time; the window's length when left out."),
  padding: rowPaddingSchema
    .default('valid')
    .describe(
      "What is at the sequence's ends: steps at both, 'valid' for none, 'same' as in Keras.",
    ),
};

interface PoolGeometry {
  readonly size: Pair;
  readonly stride?: Pair | undefined;
  readonly padding: 'valid' | 'same' | Pair;
}

/** Tells how pixels of x are pooled; the stride is the window's size when left out. */
function poolWindow(x: graph.Value, { size, stride = size, padding }: PoolGeometry) {
  const geometry = { kernel: size, stride, padding, dilation: [1, 1] as Pair, groups: 1 };
  return { kernel: size, ...windowOf(geometry, sizeOf(x), samePadding) };
}

/** A sequence [batch, channels, steps] pooled as an image of one row. */
function pooledAlong(
  x: graph.Value,
  { size, stride = size, padding }: z.output<z.ZodObject<typeof sequenceOptions>>,
  pool: (row: graph.Value, window: graph.PoolWindow) => graph.Value,
): graph.Value {
  requireRoom(x, size, padding);
  const geometry = { size: along(size), stride: along(stride), padding: paddingAlong(padding) };
  return asRow(x, (row) => pool(row, poolWindow(row, geometry)));
}

const maxPool2dSchema = z.strictObject(sharedOptions).describe('The largest pixel of each window.');

export type MaxPool2dOptions = Omit<z.input<typeof maxPool2dSchema>, 'size'>;

/**
 * The largest pixel of each window: [batch, channels, height, width] to [batch, channels, height',
 * width'].
 * @param size of the window: a number, or [height, width]
 * @param options `stride` is the size when left out; `padding` is a size for both sides, 'valid'
 *   (none) or 'same' as in Keras. Pixels beyond the last whole window are left out, as in PyTorch
 * @throws UserError when an option is wrong
 */
export const maxPool2d = defineLayer(
  'maxPool2d',
  maxPool2dSchema,
  (x, options) => graph.maxPool2d(x, poolWindow(x, options)),
  (size: number | Pair, options: MaxPool2dOptions = {}) => ({ size, ...options }),
);

const maxPool1dSchema = z
  .strictObject(sequenceOptions)
  .describe('The largest value of each window of a sequence.');

export type MaxPool1dOptions = Omit<z.input<typeof maxPool1dSchema>, 'size'>;

/**
 * The largest value of each window of a sequence: [batch, channels, steps] to [batch, channels,
 * steps'].
 * @param size of the window in steps
 * @param options as for `maxPool2d`, in steps
 * @throws UserError when an option is wrong
 */
export const maxPool1d = defineLayer(
  'maxPool1d',
  maxPool1dSchema,
  (x, options) => pooledAlong(x, options, graph.maxPool2d),
  (size: number, options: MaxPool1dOptions = {}) => ({ size, ...options }),
);

const countPadding = z
  .boolean()
  .optional()
  .describe("Whether padding counts as zeros; when left out, unless it is 'same'.");

const averagePool2dSchema = z
  .strictObject({ ...sharedOptions, countPadding })
  .describe('The mean of each window.');

export type AveragePool2dOptions = Omit<z.input<typeof averagePool2dSchema>, 'size'>;

/**
 * The mean of each window: [batch, channels, height, width] to [batch, channels, height', width'].
 * @param size of the window: a number, or [height, width]
 * @param options as for `maxPool2d`; `countPadding` tells whether padding counts as zeros. When
 *   left out, it does for padding of a given size, as in PyTorch, and does not for 'same', as in
 *   Keras
 * @throws UserError when an option is wrong
 */
export const averagePool2d = defineLayer(
  'averagePool2d',
  averagePool2dSchema,
  (x, { countPadding, ...options }) =>
    graph.averagePool2d(x, poolWindow(x, options), countPadding ?? options.padding !== 'same'),
  (size: number | Pair, options: AveragePool2dOptions = {}) => ({ size, ...options }),
);

const averagePool1dSchema = z
  .strictObject({ ...sequenceOptions, countPadding })
  .describe('The mean of each window of a sequence.');

export type AveragePool1dOptions = Omit<z.input<typeof averagePool1dSchema>, 'size'>;

/**
 * The mean of each window of a sequence: [batch, channels, steps] to [batch, channels, steps'].
 * @param size of the window in steps
 * @param options as for `averagePool2d`, in steps
 * @throws UserError when an option is wrong
 */
export const averagePool1d = defineLayer(
  'averagePool1d',
  averagePool1dSchema,
  (x, { countPadding, ...options }) =>
    pooledAlong(x, options, (row, window) =>
      graph.averagePool2d(row, window, countPadding ?? options.padding !== 'same'),
    ),
  (size: number, options: AveragePool1dOptions = {}) => ({ size, ...options }),
);

/** The axes after the channels. @throws UserError when there are none */
function spatialAxes(x: graph.Value): number[] {
  const axes = x.shape.map((_, axis) => axis).slice(2);
  if (axes.length === 0) {
    throw new UserError(
      'it takes [batch, channels, ...]. Leave it out, or put it before flatten().',
    );
  }
  return axes;
}

const globalAveragePoolSchema = z.strictObject({}).describe('The mean of each channel.');

/** The mean of each channel: [batch, channels, ...] to [batch, channels]. */
export const globalAveragePool = defineLayer(
  'globalAveragePool',
  globalAveragePoolSchema,
  (x) => graph.mean(x, { axes: spatialAxes(x) }),
  () => ({}),
);

const globalMaxPoolSchema = z.strictObject({}).describe('The largest element of each channel.');

/** The largest element of each channel: [batch, channels, ...] to [batch, channels]. */
export const globalMaxPool = defineLayer(
  'globalMaxPool',
  globalMaxPoolSchema,
  (x) => graph.max(x, { axes: spatialAxes(x) }),
  () => ({}),
);

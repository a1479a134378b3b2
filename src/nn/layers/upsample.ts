import { z } from 'zod';
import * as graph from '../../graph/index.js';
import { defineLayer } from '../layer.js';
import { along, asRow, stepsOf } from './row.js';
import { type Pair, pairOf, sizeOf } from './window.js';

const schema = z
  .strictObject({
    scale: pairOf(1).describe('Whole factors: a number, or [height, width].'),
    mode: z
      .enum(['nearest', 'bilinear'])
      .default('nearest')
      .describe('Whether pixels are repeated or interpolated.'),
  })
  .describe('Larger images.');

export type UpsampleOptions = Omit<z.input<typeof schema>, 'scale'>;

/**
 * Larger images: [batch, channels, height, width] to [batch, channels, height · scale, width ·
 * scale].
 * @param scale whole factors: a number, or [height, width]
 * @param options.mode `nearest` repeats each pixel; `bilinear` interpolates between the pixels'
 *   centres, as PyTorch with `align_corners=False` and Keras do
 * @throws UserError when an option is wrong
 */
export const upsample = defineLayer(
  'upsample',
  schema,
  (x, { scale, mode }) => {
    sizeOf(x);
    return mode === 'nearest' ? graph.upsampleNearest(x, scale) : graph.upsampleBilinear(x, scale);
  },
  (scale: number | Pair, options: UpsampleOptions = {}) => ({ scale, ...options }),
);

const sequenceSchema = z
  .strictObject({
    scale: stepsOf(1).describe('A whole factor.'),
    mode: z
      .enum(['nearest', 'linear'])
      .default('nearest')
      .describe('Whether steps are repeated or interpolated.'),
  })
  .describe('Longer sequences.');

export type Upsample1dOptions = Omit<z.input<typeof sequenceSchema>, 'scale'>;

/**
 * Longer sequences: [batch, channels, steps] to [batch, channels, steps · scale].
 * @param scale a whole factor
 * @param options.mode `nearest` repeats each step; `linear` interpolates between the steps' centres,
 *   as PyTorch with `align_corners=False` does
 * @throws UserError when an option is wrong
 */
export const upsample1d = defineLayer(
  'upsample1d',
  sequenceSchema,
  (x, { scale, mode }) => {
    const resize = mode === 'nearest' ? graph.upsampleNearest : graph.upsampleBilinear;
    return asRow(x, (row) => resize(row, along(scale)));
  },
  (scale: number, options: Upsample1dOptions = {}) => ({ scale, ...options }),
);

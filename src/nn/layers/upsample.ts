import { z } from 'zod';
import * as graph from '../../graph/index.js';
import { defineLayer } from '../layer.js';
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

import { z } from 'zod';
import * as graph from '../../graph/index.js';
import { defineLayer, type Layer } from '../layer.js';
import { type Pair, pairOf, sizeOf } from './window.js';

export const upsampleKind = defineLayer(
  'upsample',
  z
    .strictObject({
      scale: pairOf(1).describe('Whole factors: a number, or [height, width].'),
      mode: z
        .enum(['nearest', 'bilinear'])
        .default('nearest')
        .describe('Whether pixels are repeated or interpolated.'),
    })
    .describe('Larger images.'),
  (x, { scale, mode }) => {
    sizeOf(x);
    return mode === 'nearest' ? graph.upsampleNearest(x, scale) : graph.upsampleBilinear(x, scale);
  },
);

export type UpsampleOptions = Omit<z.input<typeof upsampleKind.schema>, 'scale'>;

/**
 * Larger images: [batch, channels, height, width] to [batch, channels, height · scale, width ·
 * scale].
 * @param scale whole factors: a number, or [height, width]
 * @param options.mode `nearest` repeats each pixel; `bilinear` interpolates between the pixels'
 *   centres, as PyTorch with `align_corners=False` and Keras do
 * @throws UserError when an option is wrong
 */
export function upsample(scale: number | Pair, options: UpsampleOptions = {}): Layer {
  return upsampleKind.create({ scale, ...options });
}

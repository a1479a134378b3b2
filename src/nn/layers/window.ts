import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import type { Value, Window } from '../../graph/index.js';

export type Pair = [height: number, width: number];

/** A whole number for both axes, or [height, width]. */
export const pairOf = (least: number) =>
  z.union([
    z
      .int()
      .min(least)
      .transform((size): Pair => [size, size]),
    z.tuple([z.int().min(least), z.int().min(least)]),
  ]);

/** The padding of an image: so much on both sides, nothing, or enough for the 'same' size. */
export const paddingSchema = z.union([z.enum(['valid', 'same']), pairOf(0)]);

export interface Geometry {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: 'valid' | 'same' | Pair;
  readonly dilation: Pair;
  readonly groups: number;
}

/** Height and width of an input [batch, channels, height, width]. @throws UserError */
export function sizeOf(x: Value): Pair {
  const [, , height, width] = x.shape;
  if (x.shape.length !== 4 || typeof height !== 'number' || typeof width !== 'number') {
    throw new UserError(
      `it takes images [batch, channels, height, width]. Put reshape([channels, height, width]) before it.`,
    );
  }
  return [height, width];
}

/** Tells how much Keras's 'same' pads an axis, so that its size is divided by the stride, rounded up. */
export function samePadding(size: number, stride: number, reach: number): number {
  return (Math.ceil(size / stride) - 1) * stride + reach - size;
}

/** The window of a layer; `total` is how much 'same' pads an axis of a size. */
export function windowOf(
  { kernel, stride, padding, dilation, groups }: Geometry,
  size: Pair,
  total: (size: number, stride: number, reach: number) => number,
): Window {
  const both = ([0, 1] as const).map((axis): Pair => {
    if (padding === 'valid') return [0, 0];
    if (padding !== 'same') return [padding[axis], padding[axis]];
    const reach = dilation[axis] * (kernel[axis] - 1) + 1;
    const sum = Math.max(0, total(size[axis], stride[axis], reach));
    return [Math.floor(sum / 2), Math.ceil(sum / 2)];
  });
  const [vertical, horizontal] = both as [Pair, Pair];
  return {
    strides: stride,
    pads: [vertical[0], horizontal[0], vertical[1], horizontal[1]],
    dilations: dilation,
    groups,
  };
}

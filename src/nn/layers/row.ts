import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { reshape, type Value } from '../../graph/index.js';
import type { Pair } from './window.js';

/*
 * A sequence [batch, channels, steps] is an image of one row. Its layers are layers of images on that
 * row, which costs nothing: the row is the same memory under another shape.
 */

/** A whole number of steps. */
export const stepsOf = (least: number) => z.int().min(least);

/** The padding of a sequence: so many steps at both ends, nothing, or enough for the 'same' size. */
export const rowPaddingSchema = z.union([z.enum(['valid', 'same']), stepsOf(0)]);

/** Describes how a window moves along a sequence, in steps. */
interface RowGeometry {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: 'valid' | 'same' | number;
  readonly dilation: number;
}

/** The size of an image's window that lies along its one row. */
export const along = (steps: number, down = 1): Pair => [down, steps];

/** The padding of an image of one row. */
export const paddingAlong = (padding: RowGeometry['padding']) =>
  typeof padding === 'number' ? along(padding, 0) : padding;

/** Options of a sequence's window, as options of an image's. */
export function alongRow<Options extends RowGeometry>(options: Options) {
  return {
    ...options,
    kernel: along(options.kernel),
    stride: along(options.stride),
    padding: paddingAlong(options.padding),
    dilation: along(options.dilation),
  };
}

/**
 * Applies a function of images to a sequence [batch, channels, steps].
 * @throws UserError when x is no sequence
 */
export function asRow(x: Value, apply: (row: Value) => Value): Value {
  const [batch, channels, steps] = x.shape;
  if (x.shape.length !== 3 || typeof steps !== 'number') {
    throw new UserError(
      'it takes sequences [batch, channels, steps]. Put reshape([channels, steps]) before it.',
    );
  }
  const y = apply(reshape(x, [batch!, channels!, 1, steps]));
  return reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]);
}

/**
 * @param reach steps from the first to the last of a window
 * @throws UserError when a window is longer than the sequence [batch, channels, steps] with its padding
 */
export function requireRoom(x: Value, reach: number, padding: RowGeometry['padding']): void {
  const steps = x.shape[2];
  if (x.shape.length !== 3 || typeof steps !== 'number' || padding === 'same') return;
  if (reach <= steps + (padding === 'valid' ? 0 : 2 * padding)) return;
  throw new UserError(
    `a window of ${reach} steps does not fit into ${steps}. Use a smaller one, or padding.`,
  );
}

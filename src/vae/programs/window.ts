import { samePadding } from '../../nn/layers/window.js';
import type { PlannedLayer } from './plan.js';

/** Zeros before and after an axis. */
export type Pad = readonly [before: number, after: number];

/** The window of a convolution or a pooling layer: a number for each axis of positions. */
export interface LayerWindow {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly pads: readonly Pad[];
  readonly outputPadding: readonly number[];
}

const listed = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value : [value as number];

/** The window of a layer over sequences or images, with 'same' told as zeros on both sides. */
export function windowOf({ type, options, input }: PlannedLayer): LayerWindow {
  const sizes = input.slice(1);
  const isTransposed = type.startsWith('convTranspose');
  const kernel = listed(options.kernel ?? options.size);
  const stride = listed(options.stride ?? options.size ?? sizes.map(() => 1));
  const dilation = listed(options.dilation ?? sizes.map(() => 1));
  const reaches = kernel.map((size, axis) => dilation[axis]! * (size - 1) + 1);
  const isSame = options.padding === 'same';
  const pads = sizes.map((size, axis): Pad => {
    if (options.padding === 'valid') return [0, 0];
    if (!isSame) {
      const each = listed(options.padding)[axis]!;
      return [each, each];
    }
    const [step, reach] = [stride[axis]!, reaches[axis]!];
    const total = Math.max(0, isTransposed ? reach - step : samePadding(size, step, reach));
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  });
  const given = listed(options.outputPadding ?? sizes.map(() => 0));
  const outputPadding = given.map((more, axis) => {
    // A window that is shorter than its step leaves some of the 'same' size to be filled.
    return more + (isSame && isTransposed ? Math.max(0, stride[axis]! - reaches[axis]!) : 0);
  });
  return { kernel, stride, dilation, pads, outputPadding };
}

/** Tells whether an axis has as many zeros before as after, on all axes. */
export const isSymmetric = (pads: readonly Pad[]) =>
  pads.every(([before, after]) => before === after);

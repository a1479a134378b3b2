import type { Sweep, Sweeps } from '../../../runtime/machine/plan.js';
import { convolvedSize, spatialSize, type Window } from '../../operators/convolution.js';
import type { Value } from '../../value.js';

export type { Sweep, Sweeps };

/** Size of an image or a kernel. */
export type Size = readonly [height: number, width: number];

/** The whole numbers from 0 up to, not including, a count. */
export const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** The rows and columns of a kernel's taps, in row-major order. */
export const taps = ([height, width]: Size) =>
  range(height * width).map((tap) => [Math.floor(tap / width), tap % width] as const);

export const isOne = (pair: Size) => pair[0] === 1 && pair[1] === 1;

/** Tells whether a kernel that visits each pixel makes few channels of many. */
export const narrows = (from: number, to: number, { strides }: Window) =>
  isOne(strides) && to * 4 <= from;

/** Finds how a kernel sweeps over the image of a convolution. */
export function sweepsOf(x: Value, kernel: Size, window: Window): Sweeps {
  const size = spatialSize(x, 'conv2d');
  const along = (axis: 0 | 1): Sweep => ({
    positions: convolvedSize(size[axis], kernel, window, axis),
    taps: kernel[axis],
    start: -window.pads[axis],
    stride: window.strides[axis],
    dilation: window.dilations[axis],
  });
  return [along(0), along(1)];
}

/** Finds the places of the gradients around each pixel, which a convolution with stride 1 brings to it. */
export function gradientSweeps(x: Value, kernel: Size, { pads, dilations }: Window): Sweeps {
  const size = spatialSize(x, 'conv2d');
  const along = (axis: 0 | 1): Sweep => ({
    positions: size[axis],
    taps: kernel[axis],
    start: pads[axis],
    stride: 1,
    dilation: -dilations[axis],
  });
  return [along(0), along(1)];
}

/** Counts the zeros that a sweep reads before and after an axis of a size. */
export function margin({ positions, taps, start, stride, dilation }: Sweep, size: number) {
  const reach = dilation * (taps - 1);
  const lowest = start + Math.min(0, reach);
  const highest = start + stride * (positions - 1) + Math.max(0, reach);
  return { before: Math.max(0, -lowest), after: Math.max(0, highest - (size - 1)) };
}

/** Tells whether each pixel is a patch of its own. */
export function isWhole({ positions, taps, start, stride }: Sweep, size: number): boolean {
  return positions === size && taps === 1 && start === 0 && stride === 1;
}

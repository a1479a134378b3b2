import fc from 'fast-check';
import { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../../src/base/shape.js';
import type { Window } from '../../../src/graph/index.js';

/** Two whole numbers of a range. */
export const pair = (low: number, high: number) =>
  fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }));

/** A kernel over an image. */
interface Sizes {
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly window: Pick<Window, 'pads' | 'dilations' | 'strides'>;
}

/** Tells whether a convolution and a transposed one leave an output, with padding that is less than the kernel's reach. */
export function fits({ size, kernel, window: { pads, dilations, strides } }: Sizes): boolean {
  return ([0, 1] as const).every((axis) => {
    const reach = dilations[axis] * (kernel[axis] - 1) + 1;
    const cut = pads[axis]! + pads[axis + 2]!;
    return (
      size[axis] + cut >= reach &&
      (size[axis] - 1) * strides[axis] + reach - cut >= 1 &&
      pads[axis]! < reach &&
      pads[axis + 2]! < reach
    );
  });
}

/** Numbers of a shape, others for each seed. */
export function numbers(shape: readonly number[], seed: number): Tensor {
  const values = Float32Array.from(
    { length: elementCount(shape) },
    (_, i) => Math.sin((i + 1) * (seed + 1.7)) + 0.1,
  );
  return new Tensor('float32', values, shape);
}

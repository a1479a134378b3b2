import type { Window } from '../../operators/convolution.js';
import { concat, gemm, matmul } from '../../operators/index.js';
import type { Value } from '../../value.js';
import { reshape, transpose } from '../folded.js';
import { gradientSweeps, isOne, narrows, type Size, type Sweeps, sweepsOf } from './geometry.js';
import { channelsLast, patches, pixelsByTap, type Tables } from './patches.js';

/**
 * The derivative by the weight, in one group: [filters, channels, kernelHeight, kernelWidth].
 *
 * With stride 1 each pixel meets the gradients around it. With no more filters than channels, the
 * gradients' patches are no larger than the image's. Without dilation, the derivative by the image
 * needs the same patches, and the image's need not be kept from the forward pass.
 */
export function weightGradient(
  x: Value,
  dy: Value,
  kernel: Size,
  window: Window,
  tables: Tables,
): Value {
  const [channels, filters] = [x.shape[1] as number, dy.shape[1] as number];
  const few = isOne(window.dilations) && isOne(window.strides) && filters <= channels;
  if (isOne(kernel) || !(few || narrows(channels, filters, window))) {
    return patchGradient(x, dy, sweepsOf(x, kernel, window), tables);
  }
  return transpose(patchGradient(dy, x, gradientSweeps(x, kernel, window), tables), [1, 0, 2, 3]);
}

/**
 * The product of each filter of `dy` and each value of a patch of `x`, summed over all pixels:
 * [filters, channels, kernelHeight, kernelWidth].
 *
 * A product of tall matrices that transposes its first one inside takes 1.5 times as long as one
 * that does not, so the gradient is transposed by an operator of its own. The reshape behind it
 * keeps the runtime from putting the two together again.
 */
function patchGradient(x: Value, dy: Value, sweeps: Sweeps, tables: Tables): Value {
  const filters = dy.shape[1] as number;
  const channels = x.shape[1] as number;
  const kernel = sweeps.map(({ taps }) => taps);
  const shape = [filters, channels, ...kernel];
  const { matrix, transposed } = patches(x, sweeps, tables);
  if (transposed) {
    const product = gemm(matrix, reshape(channelsLast(dy), [-1, filters]));
    return transpose(reshape(product, [...kernel, channels, filters]), [3, 2, 0, 1]);
  }
  const product = gemm(reshape(transpose(dy, [1, 0, 2, 3]), [filters, -1]), matrix);
  return reshape(transpose(reshape(product, [filters, -1, channels]), [0, 2, 1]), shape);
}

/** The weight's derivative in groups, which become an axis of a batched product. */
export function groupedWeightGradient(x: Value, dy: Value, kernel: Size, window: Window): Value {
  const { groups } = window;
  const [channels, filters] = [x.shape[1] as number, dy.shape[1] as number];
  const perGroup = [channels / groups, filters / groups] as const;
  const byTap = pixelsByTap(x, sweepsOf(x, kernel, window)).map((pixels) =>
    reshape(pixels, [groups, 1, perGroup[0], -1]),
  );
  const count = byTap.length * perGroup[0];
  const left = reshape(concat(byTap, 1), [groups, count, -1]);
  const right = reshape(transpose(dy, [1, 0, 2, 3]), [groups, perGroup[1], -1]);
  const product = matmul(left, transpose(right, [0, 2, 1]));
  const split = reshape(product, [groups, ...kernel, ...perGroup]);
  return reshape(transpose(split, [0, 4, 3, 1, 2]), [filters, perGroup[0], ...kernel]);
}

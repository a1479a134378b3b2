import { spatialSize, type Window } from '../../operators/convolution.js';
import { gemm } from '../../operators/index.js';
import type { Value } from '../../value.js';
import { reshape, transpose } from '../folded.js';
import { isOne, narrows, type Size, sweepsOf } from './geometry.js';
import { channelsFirst, patches, type Tables } from './patches.js';
import { shiftedSums } from './shifted-sums.js';

/** [a, b, kernelHeight, kernelWidth] as [a, taps, b]. */
function tapsBetween(weight: Value): Value {
  const [a, b] = weight.shape as readonly number[];
  return transpose(reshape(weight, [a!, b!, -1]), [0, 2, 1]);
}

/** A convolution in one group. @param weight [filters, channels, kernelHeight, kernelWidth] */
export function convolution(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  window: Window,
  tables: Tables,
): Value {
  const kernel = spatialSize(weight, 'conv2d');
  const [filters, channels] = weight.shape as readonly number[];
  const sweeps = sweepsOf(x, kernel, window);
  const output: Size = [sweeps[0].positions, sweeps[1].positions];
  if (!isOne(kernel) && narrows(channels!, filters!, window)) {
    const byTap = transpose(weight, [2, 3, 0, 1]);
    const sums = shiftedSums(x, byTap, bias, output, (axis, tap) => {
      return window.pads[axis] - tap * window.dilations[axis];
    });
    if (sums) return sums;
  }
  const { matrix, transposed } = patches(x, sweeps, tables);
  const flat = reshape(tapsBetween(weight), [filters!, -1]);
  const pixels = gemm(matrix, flat, bias, { transposeA: transposed, transposeB: true });
  return channelsFirst(reshape(pixels, [x.shape[0]!, ...output, filters!]));
}

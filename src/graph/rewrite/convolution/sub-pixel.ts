import { spatialSize, type Window } from '../../operators/convolution.js';
import { concat, gather, gemm, pad, slice } from '../../operators/index.js';
import { constant, type Value } from '../../value.js';
import { reshape, transpose } from '../folded.js';
import { range, type Size, type Sweep, taps } from './geometry.js';
import { channelsFirst, patches, type Tables } from './patches.js';

/** Rows of the output, a stride apart, that the same taps make. */
interface Phase {
  readonly down: Sweep;
  /** Places of these taps in the kernel that is padded to whole strides. */
  readonly places: readonly number[];
}

/** The phases of rows. @param reach taps of a phase of columns */
function phasesOf(kernel: Size, { strides, pads }: Window, output: Size, reach: number): Phase[] {
  const [stride] = strides;
  const [top] = pads;
  const height = Math.max(kernel[0], stride);
  return range(Math.min(stride, output[0])).map((row) => {
    const phase = (row + top) % stride;
    const count = Math.ceil((height - phase) / stride);
    const down: Sweep = {
      positions: Math.ceil((output[0] - row) / stride),
      taps: count,
      start: Math.floor((row + top) / stride),
      stride: 1,
      dilation: -1,
    };
    return { down, places: taps([count, reach]).map(([i, j]) => (phase + stride * i) * reach + j) };
  });
}

/**
 * The kernel's taps padded to whole strides: [height · reach, channels, strideWidth, filters].
 * @param reach taps of a phase of columns
 */
function paddedTaps(weight: Value, [down, across]: Window['strides'], reach: number): Value {
  const kernel = spatialSize(weight, 'convTranspose2d');
  const [channels, filters] = weight.shape as readonly number[];
  const height = Math.max(kernel[0], down);
  const tapsFirst = reshape(transpose(reshape(weight, [channels! * filters!, -1])), [
    ...kernel,
    -1,
  ]);
  const whole = pad(tapsFirst, [0, 0, 0], [height - kernel[0], reach * across - kernel[1], 0]);
  return transpose(reshape(whole, [height * reach, across, channels!, filters!]), [0, 2, 1, 3]);
}

/**
 * A transposed convolution in one group, without dilation, in the sub-pixel form (Shi et al. 2016,
 * "Is the deconvolution layer the same as a convolutional layer?"): a plain convolution gives the
 * phases of the output as channels, which are then laid out in space.
 *
 * Each phase of rows is a product of its own, with the taps that fall on it. The phases of columns
 * share one, whose columns then stand in the order of the output; where the width is no multiple
 * of the stride some of its taps are zeros, which costs less than to put columns in order.
 *
 * Output column o, counted before padding is cut, takes tap t from column (o − t) / stride. Padded to
 * whole strides, tap t = phase + stride · j takes column q − j, where q = ⌊o / stride⌋.
 */
export function subPixel(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  window: Window,
  output: Size,
  tables: Tables,
): Value {
  const kernel = spatialSize(weight, 'convTranspose2d');
  const filters = weight.shape[1] as number;
  const stride = window.strides[1];
  const left = window.pads[1];
  const reach = Math.ceil(kernel[1] / stride);
  const padded = paddedTaps(weight, window.strides, reach);
  const first = Math.floor(left / stride);
  const columns = Math.floor((left + output[1] - 1) / stride) - first + 1;
  const across: Sweep = { positions: columns, taps: reach, start: first, stride: 1, dilation: -1 };
  const offset = bias && concat(new Array<Value>(stride).fill(bias), 0);
  const skipped = left - first * stride;
  const rows = phasesOf(kernel, window, output, reach).map(({ down, places }) => {
    const { matrix, transposed } = patches(x, [down, across], tables);
    const own = gather(padded, constant(Int32Array.from(places), [places.length], 'int32'));
    const product = gemm(matrix, reshape(own, [-1, stride * filters]), offset, {
      transposeA: transposed,
    });
    const laid = reshape(product, [x.shape[0]!, down.positions, columns * stride, filters]);
    return slice(laid, [{ axis: 2, start: skipped, end: skipped + output[1] }]);
  });
  return channelsFirst(interleave(rows, output[0]));
}

/** The i-th row of each value in turn. @param rows [batch, H or H − 1, W, C] each, longest first */
function interleave(rows: readonly Value[], height: number): Value {
  const [batch, longest, width, channels] = rows[0]!.shape;
  if (rows.length === 1) return rows[0]!;
  const even = rows.map((each) => {
    const missing = (longest as number) - (each.shape[1] as number);
    const full = pad(each, [0, 0, 0, 0], [0, missing, 0, 0]);
    return reshape(full, [batch!, longest!, 1, -1]);
  });
  const all = reshape(concat(even, 2), [
    batch!,
    (longest as number) * rows.length,
    width!,
    channels!,
  ]);
  return slice(all, [{ axis: 1, start: 0, end: height }]);
}

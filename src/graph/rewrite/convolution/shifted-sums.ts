import { spatialSize } from '../../operators/convolution.js';
import { add, gemm, pad, slice } from '../../operators/index.js';
import type { Value } from '../../value.js';
import { reshape, transpose } from '../folded.js';
import { range, type Size } from './geometry.js';
import { channelsLast } from './patches.js';

/** Place along an axis of the output where the share of its first pixel lands, for a tap. */
interface Place {
  readonly tap: number;
  readonly first: number;
}

/**
 * The sum of shares that taps along an axis give, each put in its place: cut where it falls outside.
 * @param shares [taps, ...]
 * @param size of the axis in the output
 * @returns [1, ...]
 */
function sumShifted(shares: Value, axis: number, size: number, places: readonly Place[]): Value {
  const own = shares.shape[axis] as number;
  const along = (amount: number) => shares.shape.map((_, each) => (each === axis ? amount : 0));
  return places
    .map(({ tap, first }) => {
      const behind = size - (first + own);
      const cut = slice(shares, [
        { axis: 0, start: tap, end: tap + 1 },
        { axis, start: Math.max(0, -first), end: own + Math.min(0, behind) },
      ]);
      return pad(cut, along(Math.max(0, first)), along(Math.max(0, behind)));
    })
    .reduce(add);
}

/**
 * A convolution with stride 1 and few filters, transposed or not: one product gives each pixel's
 * share of each of its neighbours, and sums put the shares in place, first along columns and then
 * along rows.
 * @param weight [kernelHeight, kernelWidth, filters, channels]
 * @param first where along an axis of the output the share of its first pixel lands, for a tap
 * @returns undefined where all shares of the rows or of the columns of taps fall outside
 */
export function shiftedSums(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  output: Size,
  first: (axis: 0 | 1, tap: number) => number,
): Value | undefined {
  const size = spatialSize(x, 'convTranspose2d');
  const [height, width, filters, channels] = weight.shape as readonly number[];
  const places = (axis: 0 | 1, taps: number): Place[] =>
    range(taps)
      .map((tap) => ({ tap, first: first(axis, tap) }))
      .filter(({ first }) => first > -size[axis] && first < output[axis]);
  const [down, across] = [places(0, height!), places(1, width!)];
  if (down.length === 0 || across.length === 0) return undefined;
  const pixels = reshape(channelsLast(x), [-1, channels!]);
  const flat = reshape(weight, [-1, channels!]);
  const shares = gemm(flat, pixels, undefined, { transposeB: true });
  const split = reshape(shares, [height!, -1, ...size]);
  const columns = reshape(sumShifted(split, 2, output[0], down), [width!, -1, output[0], size[1]]);
  const sums = reshape(sumShifted(columns, 3, output[1], across), [
    filters!,
    x.shape[0]!,
    ...output,
  ]);
  return transpose(bias ? add(sums, reshape(bias, [filters!, 1, 1, 1])) : sums, [1, 0, 2, 3]);
}

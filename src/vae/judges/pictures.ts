import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { c1, c2, scaleExponents, windowSide, windowWeights } from '../structural-similarity.js';

/** Likeness of two sets of pictures, pair by pair. */
export interface PictureLikeness {
  /**
   * The peak signal-to-noise ratio of each pair, in decibels: −10 log₁₀ of the mean squared difference.
   * Infinity where there is none.
   */
  readonly psnr: Float32Array;
  /**
   * The structural similarity of each pair, 1 where both are the same (Wang et al. 2004, eq. 13,
   * https://doi.org/10.1109/TIP.2003.819861): by Gaussian windows of deviation 1.5 and 11 pixels, the mean
   * over all that lie inside the picture, and over channels.
   */
  readonly ssim: Float32Array;
  /**
   * The structural similarity of each pair at several scales (Wang et al. 2003, eq. 7,
   * https://doi.org/10.1109/ACSSC.2003.1292216), of each channel by itself and then the mean of these. Its five
   * scales need a side of 176 pixels; smaller pictures have only scales that leave 11 pixels, with exponents divided
   * by their sum: `scales` says how many. Numbers of different scales cannot be compared.
   */
  readonly msSsim: Float32Array;
  readonly scales: number;
}

/** The smallest side of a picture that has a window, in pixels. */
export const smallestSide = windowSide;

const weights = windowWeights();

/** Weighted means over all windows inside a plane, [height − 10, width − 10]. */
function smoothed(plane: Float64Array, width: number): Float64Array {
  const height = plane.length / width;
  const [across, down] = [width - windowSide + 1, height - windowSide + 1];
  const rows = new Float64Array(height * across);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < across; x++) {
      let sum = 0;
      for (let k = 0; k < windowSide; k++) sum += weights[k]! * plane[y * width + x + k]!;
      rows[y * across + x] = sum;
    }
  }
  const means = new Float64Array(down * across);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      let sum = 0;
      for (let k = 0; k < windowSide; k++) sum += weights[k]! * rows[(y + k) * across + x]!;
      means[y * across + x] = sum;
    }
  }
  return means;
}

/** Rows of pixels of one channel, one after another. */
interface Plane {
  readonly values: ArrayLike<number>;
  readonly width: number;
}

/** A structural similarity, and its part without the means' likeness: the mean of contrast times structure. */
interface Similarity {
  readonly whole: number;
  readonly structure: number;
}

/** The mean structural similarity of two planes. */
function similarityOf({ values: a, width }: Plane, { values: b }: Plane): Similarity {
  const of = (value: (i: number) => number) =>
    smoothed(
      Float64Array.from({ length: a.length }, (_, i) => value(i)),
      width,
    );
  const meanA = of((i) => a[i]!);
  const meanB = of((i) => b[i]!);
  const squareA = of((i) => a[i]! ** 2);
  const squareB = of((i) => b[i]! ** 2);
  const product = of((i) => a[i]! * b[i]!);
  let [whole, structure] = [0, 0];
  for (let i = 0; i < meanA.length; i++) {
    const [p, q] = [meanA[i]!, meanB[i]!];
    const both = product[i]! - p * q;
    const spread = squareA[i]! - p * p + squareB[i]! - q * q;
    const own = (2 * both + c2) / (spread + c2);
    structure += own / meanA.length;
    whole += (((2 * p * q + c1) / (p * p + q * q + c1)) * own) / meanA.length;
  }
  return { whole, structure };
}

/** A plane of half the height and width: means of 2 × 2 pixels. An odd last row or column is left off. */
function halved({ values, width }: Plane): Plane {
  const [rows, across] = [Math.floor(values.length / width / 2), Math.floor(width / 2)];
  const means = Float64Array.from({ length: rows * across }, (_, i) => {
    const at = 2 * Math.floor(i / across) * width + 2 * (i % across);
    return (values[at]! + values[at + 1]! + values[at + width]! + values[at + width + 1]!) / 4;
  });
  return { values: means, width: across };
}

/** Both similarities of two planes. A factor under 0, which has no power, counts as 0. */
function similaritiesOf(
  a: Plane,
  b: Plane,
  exponents: readonly number[],
): { readonly ssim: number; readonly msSsim: number } {
  let [p, q, product] = [a, b, 1];
  const first = similarityOf(a, b);
  let own = first;
  exponents.forEach((exponent, scale) => {
    if (scale > 0) {
      [p, q] = [halved(p), halved(q)];
      own = similarityOf(p, q);
    }
    const isLast = scale === exponents.length - 1;
    product *= Math.max(0, isLast ? own.whole : own.structure) ** exponent;
  });
  return { ssim: first.whole, msSsim: product };
}

/** @throws UserError when there are no pairs of pictures */
function checkPairs(a: Tensor, b: Tensor): readonly [number, number, number, number] {
  if (a.dims.length !== 4 || a.dims.join() !== b.dims.join() || a.type !== 'float32') {
    throw new UserError(
      `Pictures must be float32 [N, channels, height, width] of one shape, not [${a.dims.join(', ')}] and [${b.dims.join(', ')}].`,
    );
  }
  const [, , height, width] = a.dims as readonly [number, number, number, number];
  if (Math.min(height, width) < windowSide) {
    throw new UserError(
      `Structural similarity needs pictures of ${windowSide} × ${windowSide} pixels or more, not ${width} × ${height}.`,
    );
  }
  return a.dims as unknown as [number, number, number, number];
}

/**
 * Compares pictures with others, such as reconstructions with originals, pair by pair.
 * @param a float32 [N, channels, height, width], values from 0 to 1
 * @param b of the same shape
 * @throws UserError when shapes differ, or sides are under 11 pixels
 */
export function pictureLikeness(a: Tensor, b: Tensor): PictureLikeness {
  const [count, channels, height, width] = checkPairs(a, b);
  const area = height * width;
  const exponents = scaleExponents(height, width);
  const plane = ({ data }: Tensor, i: number): Plane & { readonly values: Float32Array } => ({
    values: (data as Float32Array).subarray(i * area, (i + 1) * area),
    width,
  });
  const psnr = new Float32Array(count);
  const [ssim, msSsim] = [new Float32Array(count), new Float32Array(count)];
  for (let i = 0; i < count; i++) {
    let squares = 0;
    for (let c = 0; c < channels; c++) {
      const [p, q] = [plane(a, i * channels + c), plane(b, i * channels + c)];
      for (let j = 0; j < area; j++) squares += (p.values[j]! - q.values[j]!) ** 2;
      const found = similaritiesOf(p, q, exponents);
      ssim[i]! += found.ssim / channels;
      msSsim[i]! += found.msSsim / channels;
    }
    psnr[i] = -10 * Math.log10(squares / (channels * area));
  }
  return { psnr, ssim, msSsim, scales: exponents.length };
}

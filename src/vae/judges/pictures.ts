import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';

/** How like two sets of pictures are, pair by pair. */
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
}

/** The smallest side of a picture that has a window, in pixels. */
export const smallestSide = 11;
const windowSide = smallestSide;
const deviation = 1.5;
const c1 = 0.01 ** 2;
const c2 = 0.03 ** 2;

/** The weights of a window along a side; their sum is 1. */
function gaussianWeights(): Float64Array {
  const middle = (windowSide - 1) / 2;
  const weights = Float64Array.from({ length: windowSide }, (_, i) =>
    Math.exp(-((i - middle) ** 2) / (2 * deviation ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

const weights = gaussianWeights();

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

/** The mean structural similarity of two planes. */
function ssimOf(a: Float32Array, b: Float32Array, width: number): number {
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
  let sum = 0;
  for (let i = 0; i < meanA.length; i++) {
    const [p, q] = [meanA[i]!, meanB[i]!];
    const both = product[i]! - p * q;
    const spread = squareA[i]! - p * p + squareB[i]! - q * q;
    sum += ((2 * p * q + c1) * (2 * both + c2)) / ((p * p + q * q + c1) * (spread + c2));
  }
  return sum / meanA.length;
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
  const plane = ({ data }: Tensor, i: number) =>
    (data as Float32Array).subarray(i * area, (i + 1) * area);
  const psnr = new Float32Array(count);
  const ssim = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let squares = 0;
    for (let c = 0; c < channels; c++) {
      const [p, q] = [plane(a, i * channels + c), plane(b, i * channels + c)];
      for (let j = 0; j < area; j++) squares += (p[j]! - q[j]!) ** 2;
      ssim[i]! += ssimOf(p, q, width) / channels;
    }
    psnr[i] = -10 * Math.log10(squares / (channels * area));
  }
  return { psnr, ssim };
}

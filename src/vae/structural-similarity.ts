/*
 * The constants of structural similarity (Wang et al. 2004, https://doi.org/10.1109/TIP.2003.819861) and of the
 * same by several scales (Wang et al. 2003, https://doi.org/10.1109/ACSSC.2003.1292216), for pictures of [0, 1].
 */

/** The side of a window, in pixels. */
export const windowSide = 11;

/** The deviation of a window's weights, in pixels. */
const deviation = 1.5;

/** Added to the products and squares of means, so that dark pictures have a similarity. */
export const c1 = 0.01 ** 2;
/** Added to covariances and variances, so that flat pictures have one. */
export const c2 = 0.03 ** 2;

/** The exponent of each scale, the finest first (Wang et al. 2003, §3.2). */
const exponents = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/** The weights of a window along a side; their sum is 1. */
export function windowWeights(): Float64Array {
  const middle = (windowSide - 1) / 2;
  const weights = Float64Array.from({ length: windowSide }, (_, i) =>
    Math.exp(-((i - middle) ** 2) / (2 * deviation ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * The exponents of the scales at which a picture is compared: five, or as many as have a window. Fewer than five
 * are divided by their sum; the sum of five is 1, but for rounding.
 */
export function scaleExponents(height: number, width: number): readonly number[] {
  const scales = Math.floor(Math.log2(Math.max(1, Math.min(height, width) / windowSide))) + 1;
  const own = exponents.slice(0, scales);
  if (own.length === exponents.length) return own;
  const sum = own.reduce((total, each) => total + each, 0);
  return own.map((each) => each / sum);
}

import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import type { InputDescription } from '../../data/input.js';
import {
  add,
  averagePool2d,
  concat,
  constant,
  div,
  matmul,
  mean,
  mul,
  pow,
  sigmoid,
  split,
  square,
  sub,
  type Value,
} from '../../graph/index.js';
import { c1, c2, scaleExponents, windowSide, windowWeights } from '../structural-similarity.js';
import { defineLikelihood } from './likelihood.js';

/**
 * A matrix [size, size] whose row i has the weights of the window around i. At the border a window is its part
 * inside, with weights divided by their sum, so that every pixel counts in the loss.
 */
function windows(size: number): Float32Array {
  const weights = windowWeights();
  const matrix = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    const inside = Array.from(
      { length: size },
      (_, j) => weights[j - i + (windowSide - 1) / 2] ?? 0,
    );
    const sum = inside.reduce((total, weight) => total + weight, 0);
    matrix.set(
      inside.map((weight) => weight / sum),
      i * size,
    );
  }
  return matrix;
}

/** The weighted means over the windows of pictures [..., height, width]. */
function smoothed(x: Value): Value {
  const [height, width] = x.shape.slice(-2) as [number, number];
  const rows = constant(windows(height), [height, height], x.dtype);
  const columns = constant(transposed(windows(width), width), [width, width], x.dtype);
  return matmul(rows, matmul(x, columns));
}

function transposed(matrix: Float32Array, size: number): Float32Array {
  return matrix.map((_, i) => matrix[(i % size) * size + Math.floor(i / size)]!);
}

/** The structural similarity of each channel of pictures of [−½, ½]: with the means' likeness, and without. */
function similarity(x: Value, y: Value): { readonly whole: Value; readonly structure: Value } {
  const channels = x.shape[1] as number;
  const each = smoothed(concat([x, y, square(x), square(y), mul(x, y)], 1));
  const parts = split(each, Array(5).fill(channels), 1) as [Value, Value, Value, Value, Value];
  const [meanX, meanY, squareX, squareY, product] = parts;
  const covariance = sub(product, mul(meanX, meanY));
  const spread = add(sub(squareX, square(meanX)), sub(squareY, square(meanY)));
  const structure = div(add(mul(covariance, 2), c2), add(spread, c2));
  const [levelX, levelY] = [add(meanX, 0.5), add(meanY, 0.5)];
  const likeness = div(
    add(mul(mul(levelX, levelY), 2), c1),
    add(add(square(levelX), square(levelY)), c1),
  );
  const over = { axes: [2, 3] };
  return { whole: mean(mul(likeness, structure), over), structure: mean(structure, over) };
}

const halved = (x: Value) =>
  averagePool2d(x, { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] });

/** The similarity of each pair of pictures at several scales, from 0 to 1: [batch]. */
function multiscale(x: Value, y: Value): Value {
  const [height, width] = x.shape.slice(-2) as [number, number];
  const exponents = scaleExponents(height, width);
  // Variances do not change with the level; about 0 they keep more digits.
  let [p, q] = [sub(x, 0.5), sub(y, 0.5)];
  const factors = exponents.map((exponent, scale) => {
    if (scale > 0) [p, q] = [halved(p), halved(q)];
    const { whole, structure } = similarity(p, q);
    const factor = scale === exponents.length - 1 ? whole : structure;
    return pow(mul(add(factor, 1), 0.5), exponent);
  });
  return mean(
    factors.reduce((a, b) => mul(a, b)),
    { axes: [1] },
  );
}

/** @throws UserError when examples are no pictures of [0, 1] */
function requirePictures({ shape, kind, range, scaling }: InputDescription): void {
  const isUnit = range?.join() === '0,1' && scaling === 'none';
  if (kind === 'image' && shape.length === 3 && isUnit) return;
  throw new UserError(
    'The likelihood msSsim compares pictures [channels, height, width] with values from 0 to 1 that are not scaled. Use another one, such as gaussian.',
  );
}

/**
 * `weight` · (1 − MS-SSIM) of each example, which compares pictures as people see them (Snell et al.,
 * "Learning to Generate Images with Perceptual Similarity Metrics", 2017, https://arxiv.org/abs/1511.06409). MS-SSIM
 * is the product of similarities at up to five scales (Wang et al. 2003, eq. 7,
 * https://doi.org/10.1109/ACSSC.2003.1292216): one where the smaller side is under 22 pixels, two from 22, three from
 * 44, four from 88, five from 176. As in pythae (https://github.com/clementchadebec/benchmark_VAE) each factor s is
 * (1 + s) / 2, which keeps powers and their gradients finite; unlike there, an example is compared by itself, not
 * by means over its batch, and the last scale counts once. The decoder gives logits, whose sigmoids are the
 * picture. It is no likelihood in nats: there is no density, so there is no bound on log p(x).
 */
export const msSsim = defineLikelihood(
  'msSsim',
  z
    .strictObject({
      weight: z
        .number()
        .positive()
        .default(100)
        .describe(
          'The factor before 1 − MS-SSIM: 100 against the KL divergence is as β = 0.01 in pythae.',
        ),
    })
    .meta({
      title: 'Structural similarity (no probability)',
      description: '1 − MS-SSIM of pictures, as they are seen: not a likelihood in nats.',
    }),
  ({ weight }, input) => {
    requirePictures(input);
    return {
      parametersPerValue: 1,
      support: 'none',
      negativeLogLikelihood: (x, logits) => mul(sub(1, multiscale(x, sigmoid(logits))), weight),
      mean: sigmoid,
    };
  },
);

import { describe, expect, test } from 'vitest';
import {
  abs,
  add,
  batchNormalization,
  broadcastLike,
  concat,
  constant,
  conv2d,
  cumulativeSum,
  div,
  exp,
  gather,
  gemm,
  input,
  isMeanOver,
  layerNormalization,
  logSumExp,
  matmul,
  max,
  maximum,
  mean,
  mul,
  pad,
  prod,
  reshape,
  size,
  softmax,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  transpose,
  unsqueeze,
  type Value,
  withGradient,
} from '../../../src/graph/index.js';

const x = input('x', ['batch', 6]);
const images = input('images', ['batch', 2, 4, 4]);
const labels = input('labels', ['batch'], 'int64');
const weight = input('weight', [6, 3]);
const filters = input('filters', [3, 2, 3, 3]);
const row = input('row', [6]);
const number = input('number', []);
const count = size('batch');
const window = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], groups: 1 } as const;

describe('a mean over examples', () => {
  const means: Record<string, Value> = {
    'of elements': mean(x),
    'of each element': mean(x, { axes: [0] }),
    'of sums': mean(sum(square(sub(x, row)), { axes: [1] })),
    'as a sum over a count': div(sum(x), count),
    'with something fixed': add(mul(mean(x), number), sum(square(weight))),
    'with a fixed factor of the rows': mean(mul(x, number)),
    'of a difference of means': sub(mean(x), mul(mean(exp(x)), 3)),
    'through layers': mean(layerNormalization(gemm(x, weight), undefined, undefined, 1, 1e-5)),
    'through a product of matrices': mean(matmul(x, weight)),
    'through a convolution': mean(conv2d(images, filters, undefined, window)),
    'through softmax': mean(softmax(x, 1)),
    'through a largest element': mean(max(x, { axes: [1] })),
    'through shapes': mean(
      transpose(reshape(concat([x, pad(x, [0, 1], [0, 0])], 1), ['batch', 13, 1]), [0, 2, 1]),
    ),
    'through samples of each example': mean(
      logSumExp(reshape(mul(unsqueeze(x, [1]), input('noise', ['batch', 5, 6])), [-1, 6]), {
        axes: [1],
      }),
    ),
    'through one row for each example': mean(gather(weight, labels)),
    'through a broadcast': mean(broadcastLike(unsqueeze(sum(x, { axes: [1] }), [1]), x)),
    'held fixed for the derivative': mean(mul(x, stopGradient(x))),
    'with a derivative by hand': mean(withGradient(exp(x), [x], (gradient) => [mul(gradient, x)])),
    'with a derivative by hand of a parameter': mean(
      withGradient(mul(x, row), [row], (gradient) => [
        sum(mul(broadcastLike(gradient, x), x), { axes: [0] }),
      ]),
    ),
    'of nothing': sum(weight),
  };
  test.each(Object.keys(means))('%s', (name) => {
    expect(isMeanOver([means[name]!], 'batch')).toBe(true);
  });

  const normalized = batchNormalization(images, input('w', [2]), input('b', [2]), 1e-5);
  const others: Record<string, Value> = {
    'a sum': sum(x),
    'a count': count,
    'a function of a mean': abs(mean(x)),
    'a root of a mean': sqrt(mean(square(x))),
    'the larger of a mean and a number': sum(maximum(mean(x, { axes: [0] }), 0.1)),
    'a product of means': mul(mean(x), mean(exp(x))),
    'a mean of distances from the mean': mean(square(sub(x, mean(x, { axes: [0] })))),
    'a sum over another count': div(sum(x), sum(x)),
    'a count in each row': mean(mul(x, count)),
    'batch normalization': mean(normalized.value),
    'statistics of a batch': sum(normalized.variance),
    'the largest example': max(x),
    'a product of examples': prod(x),
    'a running sum over examples': mean(cumulativeSum(x, 0)),
    'softmax over examples': mean(softmax(x, 0)),
    'pairs of examples': mean(square(sub(unsqueeze(x, [0]), unsqueeze(x, [1])))),
    'products of examples': mean(matmul(x, transpose(x))),
    'examples along another axis': mean(transpose(x)),
    'one of the examples': mean(gather(x, constant([0], [1], 'int64'))),
    'rows that do not lie along each other': mean(
      add(sum(x, { axes: [1] }), input('square', [4, 'batch'])),
    ),
    'a derivative by hand over examples': mean(
      withGradient(exp(x), [x], (gradient) => [sub(gradient, mean(gradient, { axes: [0] }))]),
    ),
    'noise that is not cut with the examples': mean(input('noise', ['3*batch', 6])),
    'a number for each example': mean(x, { axes: [1] }),
  };
  test.each(Object.keys(others))('is not %s', (name) => {
    expect(isMeanOver([others[name]!], 'batch')).toBe(false);
  });
});

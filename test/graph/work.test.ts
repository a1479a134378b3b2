import { expect, test } from 'vitest';
import {
  conv2d,
  convTranspose2d,
  gemm,
  gradient,
  input,
  matmul,
  multiplications,
  sum,
  type Value,
} from '../../src/graph/index.js';

const image = input('image', ['batch', 3, 8, 8]);
const matrix = input('matrix', ['batch', 6]);
const window = {
  strides: [2, 2],
  pads: [0, 0, 1, 1],
  dilations: [1, 1],
  groups: 1,
} as const;
const filters = input('filters', [5, 3, 3, 3]);
const back = input('back', [3, 5, 2, 2]);
const wide = { ...window, pads: [0, 0, 0, 0] } as const;
const weight = input('weight', [6, 4]);

test.each<[string, Value, readonly Value[], number]>([
  ['matmul', matmul(matrix, weight), [matrix, weight], 6 * 4],
  ['gemm', gemm(matrix, weight), [matrix, weight], 6 * 4],
  ['conv2d', conv2d(image, filters, undefined, window), [image, filters], 4 * 4 * 5 * 27],
  ['convTranspose2d', convTranspose2d(image, back, undefined, wide), [image, back], 8 * 8 * 3 * 20],
])('%s takes its multiplications, and so does each of its derivatives', (_, y, inputs, each) => {
  expect(multiplications([y], 7)).toBe(7 * each);
  expect(multiplications(gradient(sum(y), inputs), 7)).toBe(2 * 7 * each);
});

test('other operations take none', () => {
  expect(multiplications([sum(image)], 7)).toBe(0);
});

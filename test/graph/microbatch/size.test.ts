import { describe, expect, test } from 'vitest';
import { exp, input, microbatchSize, reshape, transpose } from '../../../src/graph/index.js';

describe('the size of parts', () => {
  /** 4 kB an example, however it lies. */
  const x = exp(input('x', ['batch', 10, 100]));
  const turned = transpose(reshape(x, [-1, 100]));

  test.each([
    ['all where that is small enough', 32, 128_000, 32],
    ['equal parts', 32, 127_000, 16],
    ['equal parts of any number', 100, 160_000, 25],
    ['parts nearly equal where the number has no fitting divisor', 97, 160_000, 33],
    ['one at least', 8, 1, 1],
  ])('%s', (_, batchSize, bytes, expected) => {
    expect(microbatchSize([x], 'batch', batchSize, bytes)).toBe(expected);
    expect(microbatchSize([turned], 'batch', batchSize, bytes)).toBe(expected);
  });

  test('all where nothing depends on the batch', () => {
    expect(microbatchSize([exp(input('x', [100, 100]))], 'batch', 8, 1)).toBe(8);
  });
});

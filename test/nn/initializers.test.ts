import { describe, expect, test } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { initialize } from '../../src/nn/index.js';

const draw = (shape: readonly number[], seed = 0) =>
  initialize('orthogonal', shape, randomStream(seed, 'initial'));

describe('orthogonal', () => {
  test.each([[[5, 5]], [[3, 8]], [[8, 3]], [[4, 3, 2, 2]], [[20, 2, 3, 3]], [[64, 64]], [[1, 7]]])(
    'makes the shorter side of %j orthonormal',
    (shape) => {
      const [rows, columns] = [shape[0]!, shape.slice(1).reduce((a, b) => a * b, 1)];
      const values = draw(shape);
      expect(values.length).toBe(rows * columns);
      const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
      const at = (i: number, k: number) =>
        rows <= columns ? values[i * columns + k]! : values[k * columns + i]!;
      for (let i = 0; i < count; i++) {
        for (let j = 0; j <= i; j++) {
          let product = 0;
          for (let k = 0; k < length; k++) product += at(i, k) * at(j, k);
          expect(product).toBeCloseTo(i === j ? 1 : 0, 6);
        }
      }
    },
  );

  test('is decided by the seed', () => {
    expect(draw([6, 4], 1)).toEqual(draw([6, 4], 1));
    expect(draw([6, 4], 1)).not.toEqual(draw([6, 4], 2));
  });

  test('prefers no direction: each square has mean 1 / n, each element mean 0', () => {
    const [n, draws] = [4, 2000];
    const sums = new Float64Array(n * n);
    const squares = new Float64Array(n * n);
    for (let seed = 0; seed < draws; seed++) {
      draw([n, n], seed).forEach((value, i) => {
        sums[i]! += value / draws;
        squares[i]! += value ** 2 / draws;
      });
    }
    for (const mean of sums) expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(1 / n / draws));
    // The variance of a squared element is 2 (n − 1) / (n² (n + 2)).
    const deviation = Math.sqrt((2 * (n - 1)) / (n ** 2 * (n + 2)) / draws);
    for (const mean of squares) expect(Math.abs(mean - 1 / n)).toBeLessThan(5 * deviation);
  });
});

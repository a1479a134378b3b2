import { describe, expect, test } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import {
  conv2d,
  convTranspose2d,
  dense,
  gatedDense,
  maskedConv2d,
  reshape,
  VAE,
} from '../../src/index.js';
import { type Initializer, initialize } from '../../src/nn/index.js';

const draw = (shape: readonly number[], seed = 0) =>
  initialize('orthogonal', shape, randomStream(seed, 'initial'));

const initial = (initializer: Initializer, shape: readonly number[]) =>
  initialize(initializer, shape, randomStream(1, 'initial'));

/** The least and the most of values, and their variance about 0. */
function spreadOf(values: Float32Array) {
  const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
  return { least: Math.min(...values), most: Math.max(...values), square };
}

describe('torchUniform', () => {
  test.each([
    [[100, 400], 400],
    [[64, 16, 5, 5], 16 * 25],
  ])('fills a weight %j between ±1/√fanIn, fanIn %d', (shape, fanIn) => {
    const { least, most, square } = spreadOf(initial('torchUniform', shape));
    const limit = 1 / Math.sqrt(fanIn);
    for (const end of [-least, most]) {
      expect(end).toBeLessThanOrEqual(limit);
      expect(end).toBeGreaterThan(0.99 * limit);
    }
    expect(square * 3 * fanIn).toBeCloseTo(1, 1);
  });

  test('starts the biases of dense, gated and convolutional layers within the same limit', () => {
    const initializer = 'torchUniform';
    const features = [
      conv2d(400, { kernel: 2, initializer }),
      maskedConv2d(400, { kernel: 3, initializer }),
      convTranspose2d(400, { kernel: 2, initializer }),
      gatedDense(400, { initializer }),
      dense(400, { initializer }),
    ];
    const vae = new VAE({
      input: [4, 3, 3],
      latent: 400,
      encoder: features,
      decoder: [dense(36), reshape([4, 3, 3])],
      headInitializer: initializer,
    });
    const parameters = vae.parameters();
    // Fans of a transposed convolution are PyTorch's: by its filters.
    const fans = {
      'encoder.0.bias': 4 * 4,
      'encoder.1.bias': 400 * 9,
      'encoder.2.bias': 400 * 4,
      'encoder.3.bias': 400 * 9,
      'encoder.3.gateBias': 400 * 9,
      'encoder.4.bias': 400,
      'mean.bias': 400,
      'logVariance.bias': 400,
    };
    for (const [name, fanIn] of Object.entries(fans)) {
      const { square } = spreadOf(parameters[name]!.data as Float32Array);
      expect(square * 3 * fanIn, name).toBeGreaterThan(0.85);
      expect(square * 3 * fanIn, name).toBeLessThan(1.15);
    }
    expect(spreadOf(parameters['decoder.0.bias']!.data as Float32Array).square).toBe(0);
  });
});

test('uniform fills between ± its limit', () => {
  const { least, most } = spreadOf(initial({ uniform: { limit: 0.5 } }, [1000]));
  expect(least).toBeGreaterThanOrEqual(-0.5);
  expect(least).toBeLessThan(-0.49);
  expect(most).toBeLessThanOrEqual(0.5);
  expect(most).toBeGreaterThan(0.49);
});

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

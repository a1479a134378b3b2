import { expect, test } from 'vitest';
import { fillNormal, randomStream } from '../../../src/base/random.js';
import { mmd } from '../../../src/vae/objectives/mmd.js';
import { evaluate } from '../../graph/evaluate.js';

const n = 6;
const draws = (seed: number, shift = 0) => {
  const values = new Float32Array(n * 2);
  fillNormal(randomStream(seed, 'mmd'), values);
  return Array.from(values, (value) => value + shift);
};
const feed = (data: number[]) => ({ shape: [n, 2], symbolic: ['batch', 2], data });

/** The discrepancy over all pairs, from the definition. */
function reference(
  x: number[],
  y: number[],
  kernel: 'imq' | 'rbf',
  bandwidth: number,
  unbiased: boolean,
): number {
  const c = 4 * bandwidth ** 2;
  const k = (d: number) =>
    kernel === 'rbf'
      ? Math.exp(-d / c)
      : [0.1, 0.2, 0.5, 1, 2, 5, 10].reduce((sum, s) => sum + (c * s) / (c * s + d), 0);
  const mean = (a: number[], b: number[], skip: boolean) => {
    let total = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (skip && i === j) continue;
        total += k((a[2 * i]! - b[2 * j]!) ** 2 + (a[2 * i + 1]! - b[2 * j + 1]!) ** 2);
      }
    }
    return total / (skip ? n * (n - 1) : n * n);
  };
  return mean(x, x, unbiased) + mean(y, y, unbiased) - 2 * mean(x, y, false);
}

test.each(['imq', 'rbf'] as const)('%s: 0 for equal samples, over 0 for others', async (kernel) => {
  const options = { kernel, bandwidth: 1, estimate: 'biased' } as const;
  const { same, near, far } = await evaluate(
    (x, y, z) => ({ same: mmd(x, x, options), near: mmd(x, y, options), far: mmd(x, z, options) }),
    [feed(draws(1)), feed(draws(2)), feed(draws(2, 2))],
    'float32',
  );
  expect(same!.data[0]).toBeCloseTo(0, 6);
  expect(near!.data[0]).toBeGreaterThan(0.01);
  expect(far!.data[0]).toBeGreaterThan(2 * near!.data[0]!);
});

test.each([
  ['imq', 'biased', 1],
  ['imq', 'unbiased', 0.7],
  ['rbf', 'biased', 0.7],
  ['rbf', 'unbiased', 2],
] as const)('%s, %s, bandwidth %f: as defined', async (kernel, estimate, bandwidth) => {
  const [x, y] = [draws(3), draws(4, 0.5)];
  const { value } = await evaluate(
    (a, b) => ({ value: mmd(a, b, { kernel, bandwidth, estimate }) }),
    [feed(x), feed(y)],
    'float32',
  );
  const expected = reference(x, y, kernel, bandwidth, estimate === 'unbiased');
  expect(value!.data[0]).toBeCloseTo(expected, 5);
});

test('one example has no pairs', async () => {
  const one = { shape: [1, 2], symbolic: ['batch', 2], data: [0.5, -0.5] };
  const { value } = await evaluate(
    (x) => ({ value: mmd(x, x, { kernel: 'imq', bandwidth: 1, estimate: 'unbiased' }) }),
    [one],
    'float32',
  );
  expect(value!.data[0]).toBeCloseTo(-14, 5);
});

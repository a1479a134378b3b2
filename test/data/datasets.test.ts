import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { TensorDataset } from '../../src/data/dataset.js';
import { fashionMnist, mnist } from '../../src/data/datasets.js';

/** Forbids downloads, and caches. */
const offline = { cache: '/nonexistent', mirrors: [] };

const pixels = (data: TensorDataset) => data.images.data as Uint8Array;
const sum = (values: Uint8Array) => values.reduce((total, value) => total + value, 0);
const perClass = ({ labels = [] }: TensorDataset) => {
  const counts = Array(10).fill(0);
  for (let i = 0; i < labels.length; i++) counts[labels[i] ?? 0]++;
  return counts;
};

describe('MNIST', () => {
  test('is the published one: counts, first labels, sums of pixels', async () => {
    const { train, test } = await mnist(offline);
    expect(train).toMatchObject({ size: 60_000, shape: [1, 28, 28], dtype: 'uint8' });
    expect(test).toMatchObject({ size: 10_000, shape: [1, 28, 28], dtype: 'uint8' });
    expect(train.images.dims).toEqual([60_000, 1, 28, 28]);
    expect(Array.from(train.labels ?? []).slice(0, 8)).toEqual([5, 0, 4, 1, 9, 2, 1, 3]);
    expect(Array.from(test.labels ?? []).slice(0, 8)).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
    expect(perClass(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(sum(pixels(train).subarray(0, 784))).toBe(27_525);
    // The mean of the training pixels is the 0.1307 by which many programs normalise.
    expect(sum(pixels(train))).toBe(1_567_298_545);
    expect(sum(pixels(train)) / pixels(train).length / 255).toBeCloseTo(0.1307, 4);
    expect(sum(pixels(test))).toBe(264_923_200);
    expect(train.classNames).toEqual(Array.from('0123456789'));
  });
});

const installed = existsSync('/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz');

describe("Fashion-MNIST (needs Debian's package dataset-fashion-mnist)", () => {
  test.skipIf(!installed)('is the published one', async () => {
    const { train, test } = await fashionMnist(offline);
    expect(train).toMatchObject({ size: 60_000, shape: [1, 28, 28], dtype: 'uint8' });
    expect(Array.from(train.labels ?? []).slice(0, 8)).toEqual([9, 0, 0, 3, 0, 2, 7, 2]);
    expect(perClass(train)).toEqual(Array(10).fill(6000));
    expect(perClass(test)).toEqual(Array(10).fill(1000));
    expect(sum(pixels(train)) / pixels(train).length / 255).toBeCloseTo(0.286, 4);
    expect(train.classNames?.[9]).toBe('Ankle boot');
  });
});

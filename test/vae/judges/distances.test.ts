import { expect, test } from 'vitest';
import { judges, Tensor } from '../../../src/index.js';
import { readFixture, readJson, take } from '../../fixtures.js';

const { real, made } = (await readFixture('distances.safetensors')) as Record<
  'real' | 'made',
  Tensor
>;
const expected = await readJson<Record<string, number>>('distances.json');
const first = take(
  real,
  Array.from({ length: 120 }, (_, i) => i),
);

test('the Fréchet distance is as by scipy', async () => {
  expect(await judges.frechetDistance(real, made)).toBeCloseTo(expected.frechet!, 5);
  expect(await judges.frechetDistance(made, real)).toBeCloseTo(expected.frechet!, 5);
  expect(await judges.frechetDistance(real, real)).toBeCloseTo(0, 5);
});

test('the Fréchet distance of few examples is as by their covariances', async () => {
  const rows = (from: Tensor, count: number) =>
    take(
      from,
      Array.from({ length: count }, (_, i) => i),
    );
  // Has fewer rows than features, of which there are eight; the order of the two does not matter.
  const [a, b] = [rows(real, 6), rows(made, 40)];
  const found = await judges.frechetDistance(a, b);
  expect(found).toBeCloseTo(await judges.frechetDistance(b, a), 6);
  expect(found).toBeCloseTo(expected.fewFrechet!, 4);
});

test('the kernel distance is as by scikit-learn, and has its spread over subsets', () => {
  const whole = judges.kernelDistance(first, made, { subsets: 1 });
  expect(whole.mean).toBeCloseTo(expected.kernel!, 6);
  expect(whole.deviation).toBe(0);
  const parts = judges.kernelDistance(real, made, { subsets: 60, subsetSize: 50 });
  const error = parts.deviation / Math.sqrt(60);
  const all = judges.kernelDistance(real, made, { subsets: 40, subsetSize: 120 }).mean;
  expect(Math.abs(parts.mean - all)).toBeLessThan(5 * error);
  expect(judges.kernelDistance(real, made, { subsets: 60, subsetSize: 50 })).toEqual(parts);
});

test('precision, recall, density and coverage are as by prdc', () => {
  const { precision, recall, density, coverage } = judges.neighbours(real, made);
  expect(precision).toBeCloseTo(expected.precision!, 10);
  expect(recall).toBeCloseTo(expected.recall!, 10);
  expect(density).toBeCloseTo(expected.density!, 10);
  expect(coverage).toBeCloseTo(expected.coverage!, 10);
});

test('features that cannot be compared are refused', async () => {
  const narrow = new Tensor('float32', new Float32Array(12), [6, 2]);
  await expect(judges.frechetDistance(real, narrow)).rejects.toThrow(
    'There are 8 features of the first examples and 2 of the second.',
  );
  expect(() => judges.neighbours(real, take(real, [0, 1, 2]))).toThrow(
    'The second features are of 3 examples, but 6 or more are needed.',
  );
  const image = new Tensor('float32', new Float32Array(8), [2, 2, 2]);
  expect(() => judges.kernelDistance(image, image)).toThrow('not [2, 2, 2]');
});

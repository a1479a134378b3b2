import { expect, test } from 'vitest';
import { judges, Tensor } from '../../../src/index.js';

const posterior = (means: number[][], logVariances: number[][]) => {
  const dims = [means.length, means[0]!.length];
  return {
    mean: new Tensor('float32', Float32Array.from(means.flat()), dims),
    logVariance: new Tensor('float32', Float32Array.from(logVariances.flat()), dims),
  };
};

const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;

test('posteriors that are all alike tell of no example', () => {
  const same = posterior(Array(50).fill([0.3, -1]), Array(50).fill([-0.5, 0.2]));
  const { information, divergence } = judges.aggregatePosterior(same, 1);
  for (const nats of information) expect(nats).toBeCloseTo(0, 10);
  // Each is then the posterior's density over the prior's: its mean is a KL divergence.
  const kl = 0.5 * (0.09 + Math.exp(-0.5) - 1 + 0.5 + (1 + Math.exp(0.2) - 1 - 0.2));
  expect(Math.abs(mean(divergence) - kl)).toBeLessThan(1);
});

test('posteriors that are far apart tell of each example: the logarithm of their number', () => {
  const far = posterior(
    Array.from({ length: 40 }, (_, i) => [100 * i]),
    Array(40).fill([0]),
  );
  for (const nats of judges.aggregatePosterior(far).information) {
    expect(nats).toBeCloseTo(Math.log(40), 10);
  }
});

/** The mutual information of a fair coin and a draw of N(±a, v), by the rule of rectangles. */
function ofTwo(a: number, v: number): number {
  const density = (x: number, middle: number) =>
    Math.exp(-((x - middle) ** 2) / (2 * v)) / Math.sqrt(2 * Math.PI * v);
  let sum = 0;
  for (let x = -12; x < 12; x += 1e-3) {
    const [p, q] = [density(x, a), density(x, -a)];
    if (p > 0) sum += p * Math.log(p / ((p + q) / 2)) * 1e-3;
  }
  return sum;
}

test('information is as by an integral, and with the divergence the mean KL', () => {
  const [a, v, many] = [0.8, 0.6, 1500];
  const two = posterior(
    Array.from({ length: many }, (_, i) => [i % 2 === 0 ? a : -a]),
    Array(many).fill([Math.log(v)]),
  );
  const { information, divergence } = judges.aggregatePosterior(two, 5);
  const spread = Math.sqrt(mean(information.map((x) => (x - mean(information)) ** 2)) / many);
  expect(Math.abs(mean(information) - ofTwo(a, v))).toBeLessThan(4 * spread);
  const kl = 0.5 * (a * a + v - 1 - Math.log(v));
  const all = information.map((x, i) => x + divergence[i]!);
  const error = Math.sqrt(mean(all.map((x) => (x - mean(all)) ** 2)) / many);
  expect(Math.abs(mean(all) - kl)).toBeLessThan(4 * error);
});

test('a deterministic encoder has none', () => {
  const points = posterior([[0], [1]], [[-Infinity], [-Infinity]]);
  expect(() => judges.aggregatePosterior(points)).toThrow('a finite log-variance');
});

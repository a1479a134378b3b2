import { describe, expect, test } from 'vitest';
import type { ColumnLikelihood } from '../../../../src/vae/likelihoods/columns/column-likelihood.js';
import { logNormal } from '../../../../src/vae/likelihoods/columns/log-normal.js';
import { negativeBinomial } from '../../../../src/vae/likelihoods/columns/negative-binomial.js';
import { poisson } from '../../../../src/vae/likelihoods/columns/poisson.js';
import { studentT } from '../../../../src/vae/likelihoods/columns/student-t.js';
import { zeroInflatedNegativeBinomial } from '../../../../src/vae/likelihoods/columns/zero-inflated-negative-binomial.js';
import { evaluate, repeated } from './evaluate.js';

const count = 100_000;

/** Kolmogorov's distance that one sample in a thousand of this size is beyond. */
const critical = 1.95 / Math.sqrt(count);

type Statistics = Readonly<Record<string, number>>;

async function draw(
  likelihood: ColumnLikelihood,
  parameters: readonly number[],
  statistics: Statistics,
) {
  const { drawn, typical } = await evaluate(likelihood, repeated(parameters, statistics, count));
  return { drawn, typical: typical[0]! };
}

/** P(X ≤ k) for k from 0 to `last`, by the likelihood's own masses, which scipy's test. */
async function distributionOf(
  likelihood: ColumnLikelihood,
  parameters: readonly number[],
  statistics: Statistics,
  last: number,
) {
  const x = Float32Array.from({ length: last + 1 }, (_, k) => k);
  const given = { ...repeated(parameters, statistics, x.length), x };
  const { nats } = await evaluate(likelihood, given);
  let total = 0;
  return Float64Array.from(nats, (each) => (total += Math.exp(-each)));
}

/** The largest difference of the draws' distribution function and the right one. */
function distance(drawn: Float32Array, below: (x: number) => number, isWhole: boolean): number {
  const sorted = drawn.slice().sort();
  let worst = 0;
  sorted.forEach((value, i) => {
    if (!isWhole) worst = Math.max(worst, Math.abs(below(value) - i / count));
    if (sorted[i + 1] === value) return;
    worst = Math.max(worst, Math.abs(below(value) - (i + 1) / count));
  });
  return worst;
}

function momentsOf(values: Float32Array) {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const square = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length;
  const fourth = values.reduce((sum, each) => sum + (each - mean) ** 4, 0) / values.length;
  return { mean, variance: square, meanError: Math.sqrt(square / count), fourth };
}

/** Draws of counts against a distribution's mean and variance, and its whole distribution function. */
async function expectCounts(
  likelihood: ColumnLikelihood,
  parameters: readonly number[],
  statistics: Statistics,
  { mean, variance }: { mean: number; variance: number },
) {
  const { drawn, typical } = await draw(likelihood, parameters, statistics);
  expect(drawn.every((each) => Number.isInteger(each) && each >= 0)).toBe(true);
  const found = momentsOf(drawn);
  expect(typical / mean).toBeCloseTo(1, 5);
  expect(Math.abs(found.mean - mean)).toBeLessThan(5 * found.meanError);
  const error = Math.sqrt(Math.max(found.fourth - found.variance ** 2, 0) / count);
  expect(Math.abs(found.variance - variance)).toBeLessThan(5 * error);
  const largest = drawn.reduce((a, b) => Math.max(a, b));
  const below = await distributionOf(likelihood, parameters, statistics, largest);
  expect(distance(drawn, (k) => below[k]!, true)).toBeLessThan(critical);
}

describe('draws of counts have the mean, the variance and the distribution', () => {
  // Rates on both sides of the one from which quantiles are expanded.
  test.each([0.01, 0.3, 2, 9.9, 10.1, 14, 60, 1000, 1e5])('Poisson of rate %d', async (rate) => {
    const statistics = { logMean: Math.log(rate) - 0.5 };
    const exact = Math.exp(Math.fround(statistics.logMean) + 0.5);
    await expectCounts(poisson, [0.5], statistics, { mean: exact, variance: exact });
  });

  test.each([
    [0.2, 0.3],
    [3, 0.05],
    [4, 1],
    [30, 0.7],
    [50, 8],
    [200, 1e4],
    [2000, 2],
  ])('negative binomial of mean %d and dispersion %d', async (mean, r) => {
    const statistics = { logMean: Math.log(mean), logDispersion: Math.log(r) };
    const variance = mean + mean ** 2 / r;
    await expectCounts(negativeBinomial, [0], statistics, { mean, variance });
  });

  test.each([
    [4, 1, 0.3],
    [40, 5, 0.8],
  ])(
    'negative binomial of mean %d and dispersion %d, and a share %d of zeros',
    async (mean, r, share) => {
      const statistics = {
        logMean: Math.log(mean),
        logDispersion: Math.log(r),
        zeroLogit: Math.log(share / (1 - share)) - 1,
      };
      const whole = (1 - share) * mean;
      const variance = (1 - share) * (mean + mean ** 2 / r + mean ** 2) - whole ** 2;
      const exact = { mean: whole, variance };
      await expectCounts(zeroInflatedNegativeBinomial, [0, 1], statistics, exact);
    },
  );
});

describe('draws of numbers have the distribution', () => {
  const t = { location: 3, deviation: 2, ratio: 1e-4 };

  test.each([
    [1, (d: number) => 0.5 + Math.atan(d) / Math.PI],
    [2, (d: number) => 0.5 + d / (2 * Math.sqrt(2 + d * d))],
    [
      4,
      (d: number) => {
        const s = d / Math.sqrt(4 + d * d);
        return 0.5 + 0.75 * (s - s ** 3 / 3);
      },
    ],
  ] as const)('Student-t of %d degrees of freedom', async (freedom, below) => {
    const statistics = { ...t, logFreedom: Math.log(freedom) };
    const { drawn, typical } = await draw(studentT, [0.5], statistics);
    expect(typical).toBeCloseTo(4, 5);
    expect(distance(drawn, (x) => below((x - 4) / 2), false)).toBeLessThan(critical);
  });

  test('Student-t of 1000 degrees of freedom is nearly Gaussian', async () => {
    const { drawn } = await draw(studentT, [0], { ...t, logFreedom: Math.log(1000) });
    const { mean, variance, meanError } = momentsOf(drawn);
    expect(Math.abs(mean - 3)).toBeLessThan(4 * meanError);
    expect(Math.abs(variance / (4 * (1000 / 998)) - 1)).toBeLessThan(0.02);
  });

  test('log-normal', async () => {
    const statistics = { location: 1, deviation: 0.6, ratio: 1e-4 };
    const { drawn, typical } = await draw(logNormal, [0.5], statistics);
    const { mean, meanError } = momentsOf(drawn);
    expect(typical).toBeCloseTo(Math.exp(1.3 + 0.18), 4);
    expect(Math.abs(mean - typical)).toBeLessThan(4 * meanError);
    const logs = momentsOf(drawn.map(Math.log));
    expect(Math.abs(logs.mean - 1.3)).toBeLessThan(4 * logs.meanError);
    expect(Math.abs(logs.variance / 0.36 - 1)).toBeLessThan(0.02);
  });
});

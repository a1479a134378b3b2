import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import type { LikelihoodOptions } from '../../../src/index.js';
import { drawFrom, evaluateLikelihood, likelihoodOf } from './cases.js';

/** One likelihood at parameters of one value. */
interface Case {
  readonly likelihood: LikelihoodOptions;
  readonly parameters: readonly number[];
  readonly scalar?: number;
  /** The values that the distribution is over: a grid for densities, with its step. */
  readonly values: readonly number[];
  readonly step: number;
  /** The largest distance allowed between its mean and the values' mean. */
  readonly tolerance?: number;
}

/** Midpoints of equal cells. */
const cells = (low: number, high: number, count = 20000) => ({
  values: Array.from({ length: count }, (_, i) => low + ((i + 0.5) / count) * (high - low)),
  step: (high - low) / count,
});

const levels = (count: number) => ({
  values: Array.from({ length: count }, (_, i) => i / (count - 1)),
  step: 1,
});

const bytes = levels(256);
const halfLevel = 1 / 510;

const cases: Readonly<Record<string, Case>> = {
  bernoulli: { likelihood: 'bernoulli', parameters: [-0.7], ...levels(2) },
  ...Object.fromEntries(
    [-50, -6, -0.6, -0.5, -0.4, -1e-3, 0, 1e-7, 0.02, 0.49, 0.51, 3, 50].map((logit) => [
      `continuous Bernoulli, logit ${logit}`,
      { likelihood: 'continuousBernoulli', parameters: [logit], ...cells(0, 1) },
    ]),
  ),
  'Gaussian, fixed': {
    likelihood: { type: 'gaussian', variance: 0.04 },
    parameters: [0.3],
    ...cells(-2, 2.6),
  },
  'Gaussian, shared': {
    likelihood: { type: 'gaussian', variance: 'shared' },
    parameters: [0.3],
    scalar: -3,
    ...cells(-2, 2.6),
  },
  'Gaussian, pixel': {
    likelihood: { type: 'gaussian', variance: 'pixel' },
    parameters: [0.3, -4],
    ...cells(-2, 2.6),
  },
  'Laplace, fixed': {
    likelihood: { type: 'laplace', scale: 0.1 },
    parameters: [0.3],
    ...cells(-2.7, 3.3),
  },
  'Laplace, shared': {
    likelihood: { type: 'laplace', scale: 'shared' },
    parameters: [0.3],
    scalar: -2,
    ...cells(-2.7, 3.3),
  },
  'Laplace, pixel': {
    likelihood: { type: 'laplace', scale: 'pixel' },
    parameters: [0.3, -2.5],
    ...cells(-2.7, 3.3),
  },
  'one logistic': {
    likelihood: { type: 'discretizedLogistic', mixtures: 1 },
    parameters: [0.3, -0.2, -2],
    ...bytes,
  },
  'a mixture of logistics': {
    likelihood: { type: 'discretizedLogistic', mixtures: 3 },
    parameters: [0.3, -1, 0.2, -0.9, 0, 0.8, -2, -3, -1],
    ...bytes,
  },
  'logistics mostly out of the range': {
    likelihood: { type: 'discretizedLogistic', mixtures: 2 },
    parameters: [0, 0, -3, 5, -1, 2],
    ...bytes,
  },
  'logistics narrower than a level': {
    likelihood: { type: 'discretizedLogistic', mixtures: 2 },
    parameters: [0, 1, 0.303, -0.71, -20, -9],
    ...bytes,
    tolerance: halfLevel,
  },
  'categorical, 4 levels': {
    likelihood: { type: 'categorical', levels: 4 },
    parameters: [0.5, -1, 2, 0],
    ...levels(4),
  },
  'categorical, 256 levels': {
    likelihood: 'categorical',
    parameters: Array.from({ length: 256 }, (_, i) => 3 * Math.sin(i / 9)),
    ...bytes,
  },
};

/** The same parameters in each of `count` rows: [count, k]. */
function rows(parameters: readonly number[], count: number): Tensor {
  const data = Float32Array.from(
    { length: count * parameters.length },
    (_, i) => parameters[i % parameters.length]!,
  );
  return new Tensor('float32', data, [count, parameters.length]);
}

describe.each(Object.entries(cases))('%s', (_, each) => {
  const likelihood = likelihoodOf(each.likelihood);
  const { parameters, scalar, values, step } = each;

  /** The mean of the values by their masses, and the sum of the masses. */
  async function moments() {
    const x = new Tensor('float32', Float32Array.from(values), [values.length, 1]);
    const { nats, mean } = await evaluateLikelihood(likelihood, {
      x,
      parameters: rows(parameters, values.length),
      scalar,
    });
    const masses = Array.from(nats, (each) => Math.exp(-each) * step);
    return {
      total: masses.reduce((sum, mass) => sum + mass, 0),
      average: masses.reduce((sum, mass, i) => sum + mass * values[i]!, 0),
      mean: mean[0]!,
    };
  }

  test('the whole is 1, and the mean is the mean', async () => {
    const { total, average, mean } = await moments();
    expect(Math.abs(total - 1)).toBeLessThan(1e-4);
    expect(Math.abs(average - mean)).toBeLessThan(each.tolerance ?? 1e-4);
  });

  test('draws are distributed so', async () => {
    const { average } = await moments();
    const count = 40000;
    const drawn = await drawFrom(likelihood, rows(parameters, count), scalar);
    expect(drawn).toHaveLength(count);
    expect(drawn.every(Number.isFinite)).toBe(true);
    const mean = drawn.reduce((sum, value) => sum + value, 0) / count;
    const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    expect(Math.abs(mean - average)).toBeLessThan(5 * Math.sqrt(variance / count) + 1e-5);
    // The entropy: −log p of draws, against its integral.
    const x = new Tensor('float32', drawn, [count, 1]);
    const { nats } = await evaluateLikelihood(likelihood, {
      x,
      parameters: rows(parameters, count),
      scalar,
    });
    const entropy = nats.reduce((sum, value) => sum + value, 0) / count;
    const grid = await evaluateLikelihood(likelihood, {
      x: new Tensor('float32', Float32Array.from(values), [values.length, 1]),
      parameters: rows(parameters, values.length),
      scalar,
    });
    const expected = grid.nats.reduce((sum, value) => sum + value * Math.exp(-value) * step, 0);
    expect(Math.abs(entropy - expected)).toBeLessThan(0.03);
  });
});

describe('the numbers of a value', () => {
  test('stand in channels: all first ones before all second ones', async () => {
    const likelihood = likelihoodOf({ type: 'gaussian', variance: 'pixel' });
    // Two channels of one pixel: means 0.2 and 0.6, then their log-variances.
    const parameters = new Tensor('float32', Float32Array.of(0.2, 0.6, -1, -3), [1, 4, 1, 1]);
    const x = new Tensor('float32', Float32Array.of(0.5, 0.5), [1, 2, 1, 1]);
    const { nats, mean } = await evaluateLikelihood(likelihood, { x, parameters });
    expect(mean[0]).toBeCloseTo(0.2, 6);
    expect(mean[1]).toBeCloseTo(0.6, 6);
    const one = (d: number, v: number) => 0.5 * (d ** 2 / Math.exp(v) + v + Math.log(2 * Math.PI));
    expect(nats[0]).toBeCloseTo(one(0.3, -1) + one(0.1, -3), 3);
  });

  test('a variance of 1 is the mean squared error, halved, and a constant', async () => {
    const given = {
      x: new Tensor('float32', Float32Array.of(0, 0.4, 1), [1, 3]),
      parameters: new Tensor('float32', Float32Array.of(0.2, 0.1, 3), [1, 3]),
    };
    const gaussian = likelihoodOf({ type: 'gaussian', variance: 1 });
    const { nats } = await evaluateLikelihood(gaussian, given);
    const { nats: squares } = await evaluateLikelihood(likelihoodOf('mse'), given);
    expect(squares[0]).toBeCloseTo((0.04 + 0.09 + 4) / 2, 5);
    expect(nats[0]! - squares[0]!).toBeCloseTo(1.5 * Math.log(2 * Math.PI), 5);
  });
});

import { describe, expect, test } from 'vitest';
import type { ColumnLikelihood } from '../../../../src/vae/likelihoods/columns/column-likelihood.js';
import { logNormal } from '../../../../src/vae/likelihoods/columns/log-normal.js';
import { negativeBinomial } from '../../../../src/vae/likelihoods/columns/negative-binomial.js';
import { poisson } from '../../../../src/vae/likelihoods/columns/poisson.js';
import { studentT } from '../../../../src/vae/likelihoods/columns/student-t.js';
import { zeroInflatedNegativeBinomial } from '../../../../src/vae/likelihoods/columns/zero-inflated-negative-binomial.js';
import { evaluate, repeated } from './evaluate.js';

const count = 50_000;

/** Values drawn from a likelihood with known statistics, and the statistics that are found in them. */
async function found(likelihood: ColumnLikelihood, statistics: Readonly<Record<string, number>>) {
  const zeros = new Array<number>(likelihood.parametersPerColumn(0)).fill(0);
  const { drawn } = await evaluate(likelihood, repeated(zeros, statistics, count));
  const fitted = likelihood.fit(drawn, 0, 0.001);
  expect(Object.keys(fitted).sort()).toEqual(Object.keys(likelihood.statistics(0)).sort());
  return Object.fromEntries(Object.entries(fitted).map(([name, values]) => [name, values[0]!]));
}

describe('the statistics that values were drawn with are found again', () => {
  const cases: readonly (readonly [ColumnLikelihood, Readonly<Record<string, number>>])[] = [
    [poisson, { logMean: 1.5 }],
    [negativeBinomial, { logMean: 3, logDispersion: 0.5 }],
    [negativeBinomial, { logMean: 0.3, logDispersion: -1 }],
    [zeroInflatedNegativeBinomial, { logMean: 2, logDispersion: 1, zeroLogit: 0.5 }],
    [zeroInflatedNegativeBinomial, { logMean: 3, logDispersion: 0, zeroLogit: -2 }],
    [studentT, { location: 7, deviation: 2.7, logFreedom: Math.log(3) }],
    [logNormal, { location: -1, deviation: 0.6 }],
  ];

  test.each(cases.map(([each, statistics]) => [each.type, each, statistics] as const))(
    '%s',
    async (_, likelihood, statistics) => {
      const fitted = await found(likelihood, { ratio: 1e-3, ...statistics });
      for (const [name, right] of Object.entries(statistics)) {
        expect(Math.abs(fitted[name]! - right), name).toBeLessThan(0.1);
      }
    },
  );
});

describe('columns that have little in them', () => {
  const all = [poisson, negativeBinomial, zeroInflatedNegativeBinomial, studentT];

  test.each([...all, logNormal].map((each) => [each.type, each] as const))(
    '%s: one value, many equal ones, and large ones',
    async (_, likelihood) => {
      for (const values of [[3], [1, 1, 1, 1], [1e6, 1], [2, 3, 1e9]]) {
        const fitted = likelihood.fit(Float32Array.from(values), 0, 1);
        const statistics = Object.fromEntries(
          Object.entries(fitted).map(([name, values]) => [name, values[0]!]),
        );
        expect(Object.values(statistics).every(Number.isFinite)).toBe(true);
        const zeros = new Array<number>(likelihood.parametersPerColumn(0)).fill(0);
        const given = { ...repeated(zeros, statistics, values.length), x: values };
        const { nats } = await evaluate(likelihood, given);
        expect(nats.every(Number.isFinite)).toBe(true);
      }
    },
  );

  test.each(all.map((each) => [each.type, each] as const))('%s: zeros alone', (_, likelihood) => {
    const fitted = likelihood.fit(new Float32Array(20), 0, 1);
    expect(Object.values(fitted).every((values) => Number.isFinite(values[0]))).toBe(true);
  });

  test('numbers that a likelihood cannot describe are refused', () => {
    for (const each of [poisson, negativeBinomial, zeroInflatedNegativeBinomial]) {
      expect(() => each.fit(Float32Array.of(1, -2), 0, 1)).toThrow(/whole numbers.*-2/);
      expect(() => each.fit(Float32Array.of(1, 2.5), 0, 1)).toThrow(/whole numbers.*2\.5/);
    }
    expect(() => logNormal.fit(Float32Array.of(1, 0), 0, 1)).toThrow(/numbers over 0.*holds 0/);
  });
});

describe('wild parameters', () => {
  const statistics = {
    logMean: 2,
    logDispersion: 0.5,
    zeroLogit: -1,
    location: 1,
    deviation: 0.3,
    ratio: 0.1,
    logFreedom: 1,
  };

  test.each(
    [poisson, negativeBinomial, zeroInflatedNegativeBinomial, studentT, logNormal].map(
      (each) => [each.type, each] as const,
    ),
  )('%s: nats, gradients and draws stay finite, and gradients lead back', async (_, likelihood) => {
    const k = likelihood.parametersPerColumn(0);
    for (const size of [40, 1e4, 1e30, -40, -1e4, -1e30]) {
      for (const moved of [0, 1e3, -1e3]) {
        const given = repeated(new Array<number>(k).fill(size), statistics, 4);
        const names = ['logDispersionShift', 'logSpread', 'logFreedomShift'];
        const result = await evaluate(likelihood, {
          ...given,
          x: [0, 1, 70, -1],
          moved: Object.fromEntries(names.map((name) => [name, [moved]])),
        });
        const all = [result.nats, result.typical, result.drawn, ...Object.values(result.gradients)];
        for (const values of all) expect(values.every(Number.isFinite)).toBe(true);
      }
    }
  });

  test.each(
    [poisson, negativeBinomial, zeroInflatedNegativeBinomial].map(
      (each) => [each.type, each] as const,
    ),
  )('%s: a number under 0 is no count, and far out', async (_, likelihood) => {
    const zeros = new Array<number>(likelihood.parametersPerColumn(0)).fill(0);
    const { nats } = await evaluate(likelihood, {
      ...repeated(zeros, statistics, 3),
      x: [0, -1, -5],
    });
    expect(nats[1]! - nats[0]!).toBeGreaterThan(900);
    expect(nats[2]!).toBeGreaterThan(nats[1]!);
  });

  test('beyond its bounds a number gets only the gradient that leads back', async () => {
    const at = async (number: number, x: number) => {
      const given = { ...repeated([number], { logMean: 0 }, 1), x: [x] };
      return (await evaluate(poisson, given)).gradients.parameters![0]!;
    };
    expect(await at(25, 3)).toBeGreaterThan(0);
    expect(await at(-25, 3)).toBeCloseTo(-3, 5);
    expect(await at(-25, 0)).toBe(0);
  });
});

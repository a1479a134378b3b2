import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { samplers, Tensor, UserError } from '../../../src/index.js';
import { rowsOf } from '../../../src/vae/samplers/latent-rows.js';
import {
  iterate,
  meanLogLikelihood,
} from '../../../src/vae/samplers/mixture/expectation-maximization.js';
import { criterion, fitMixture } from '../../../src/vae/samplers/mixture/fit.js';
import type { Covariance, Mixture } from '../../../src/vae/samplers/mixture/gaussians.js';
import { readFixture, readJson } from '../../fixtures.js';
import { fitSources } from './sources.js';

/** The values of bench/peers/mixture_fixtures.py, by scikit-learn. */
interface Found {
  readonly before: number;
  readonly after: number;
  readonly bic: number;
  readonly best: number;
}

const fixture = await readFixture('mixtures.safetensors');
const known = await readJson<
  { iterations: number; variance: number } & Record<'full' | 'diag', Found>
>('mixtures.json');
const numbers = (name: string) => fixture[name]!.data as unknown as Float64Array;
const latents = rowsOf(fixture.rows!);

const cases: readonly (readonly [Covariance, 'full' | 'diag'])[] = [
  ['full', 'full'],
  ['diagonal', 'diag'],
];

describe.each(cases)('a mixture of Gaussians with %s covariances', (covariance, name) => {
  const { before, after, bic, best } = known[name];
  const start: Mixture = {
    covariance,
    weights: numbers('weights'),
    means: numbers('means'),
    factors: numbers(name),
  };

  test('has the log-likelihood that scikit-learn has', () => {
    expect(meanLogLikelihood(start, latents)).toBeCloseTo(before, 9);
  });

  test("is as likely as scikit-learn's after some iterations, with its criterion", () => {
    let mixture = start;
    for (let i = 0; i < known.iterations; i++) {
      mixture = iterate(mixture, latents, known.variance).mixture;
    }
    const logLikelihood = meanLogLikelihood(mixture, latents);
    expect(Math.abs(logLikelihood - after)).toBeLessThan(1e-6);
    expect(criterion({ mixture, logLikelihood }, latents.count)).toBeCloseTo(bic, 3);
  });

  test("is as likely by its own starts as scikit-learn's by ten", async () => {
    const options = {
      covariance,
      starts: 3,
      iterations: 1000,
      tolerance: 0,
      jitter: 1e-6,
      seed: 0,
    };
    const { logLikelihood } = await fitMixture(latents, 3, options);
    expect(logLikelihood).toBeGreaterThan(best - 1e-6);
  });
});

/** Points about four centres: two near in one direction, and two far off. */
function fourHeaps(count: number): Tensor {
  const noise = samplers.standardNormal().draw([count, 2], {
    stream: randomStream(9, 'heaps'),
    parameters: {},
    fitted: {},
  }) as Float32Array;
  const centres = [
    [0, 0],
    [8, 0],
    [0, 9],
    [-9, -7],
  ];
  const data = noise.map((value, i) => value + centres[(i >> 1) % 4]![i % 2]!);
  return new Tensor('float32', data, [count, 2]);
}

describe('the sampler gaussianMixture', () => {
  test('counts heaps by the criterion, and draws as many of each as there are', async () => {
    const sampler = samplers.gaussianMixture({ components: 'bic', most: 8 });
    const fitted = await sampler.fit!(fourHeaps(800), fitSources());
    expect(sampler.describe!(fitted)).toBe('4 components');
    const sources = { stream: randomStream(2, 'sample'), parameters: {}, fitted };
    const drawn = (await sampler.draw([4000, 2], sources)) as Float32Array;
    const far = Array.from(
      { length: 4000 },
      (_, i) => drawn[2 * i]! < -4.5 && drawn[2 * i + 1]! < 0,
    );
    const share = far.filter(Boolean).length / far.length;
    // Four standard errors of a share of a quarter.
    expect(Math.abs(share - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 4000));
    const first = (await sampler.draw([10, 2], sources)) as Float32Array;
    expect([...first]).toEqual([...drawn.subarray(0, 20)]);
  });

  test.each(['full', 'diagonal'] as const)('draws by %s covariances', async (covariance) => {
    const rows = fixture.rows!;
    const sampler = samplers.gaussianMixture({ components: 3, covariance });
    const fitted = await sampler.fit!(rows, fitSources());
    const count = 20_000;
    const drawn = (await sampler.draw([count, 3], {
      stream: randomStream(2, 'sample'),
      parameters: {},
      fitted,
    })) as Float32Array;
    const moments = (data: Float32Array) => {
      const n = data.length / 3;
      const at = (i: number, k: number) => data[3 * i + k]!;
      const each = Array.from({ length: n }, (_, i) => i);
      const mean = [0, 1, 2].map((k) => each.reduce((sum, i) => sum + at(i, k), 0) / n);
      const squares = [0, 1, 2].map(
        (k) => each.reduce((sum, i) => sum + (at(i, k) - mean[k]!) ** 2, 0) / n,
      );
      return [...mean, ...squares];
    };
    // Expectation and maximization keeps mean and variances of the rows.
    const expected = moments(rows.data as Float32Array);
    moments(drawn).forEach((value, i) => {
      const deviation = Math.sqrt(expected[3 + (i % 3)]!);
      const error = i < 3 ? deviation : 3 * deviation ** 2;
      expect(Math.abs(value - expected[i]!)).toBeLessThan((4 * error) / Math.sqrt(count));
    });
  });

  test('is fitted to latents that are all alike, and not to too few', async () => {
    const alike = new Tensor('float32', new Float32Array(60).fill(2), [20, 3]);
    const sampler = samplers.gaussianMixture({ components: 2 });
    const fitted = await sampler.fit!(alike, fitSources());
    expect([...(fitted.factors!.data as Float32Array)].every(Number.isFinite)).toBe(true);
    const few = new Tensor('float32', [1, 2, 3], [1, 3]);
    await expect(sampler.fit!(few, fitSources())).rejects.toThrow(UserError);
    expect(() => samplers.gaussianMixture({ components: 'bic', fewest: 5, most: 3 })).toThrow(
      'gaussianMixture.most: it is less than fewest. Give a greater number',
    );
  });
});

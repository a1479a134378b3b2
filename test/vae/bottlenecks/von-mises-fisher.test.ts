import { describe, expect, test } from 'vitest';
import { fillNormal, fillUniform, randomStream } from '../../../src/base/random.js';
import { gradient, mean, sum } from '../../../src/graph/index.js';
import { samplers, UserError } from '../../../src/index.js';
import { proposals } from '../../../src/vae/bottlenecks/rejection.js';
import { concentrated } from '../../../src/vae/bottlenecks/von-mises-fisher/density.js';
import { drawDistance, pointsAt } from '../../../src/vae/bottlenecks/von-mises-fisher/draw.js';
import { hyperspherical } from '../../../src/vae/objectives/index.js';
import { readJson } from '../../fixtures.js';
import { evaluate } from '../../graph/evaluate.js';
import { corners, smallVAE } from '../small.js';

/** The values of bench/peers/torch_geometry_fixtures.py, with 50 digits. */
interface Row {
  readonly d: number;
  readonly kappa: number;
  readonly kl: number;
  readonly klSlope: number;
  readonly logScale: number;
  readonly meanDistance: number;
}

const rows = await readJson<readonly Row[]>('von-mises-fisher.json');
const dimensions = [...new Set(rows.map(({ d }) => d))];

describe.each(dimensions)('on the sphere in %i dimensions', (d) => {
  const own = rows.filter((row) => row.d === d);

  test('KL, density and mean are as computed to 50 digits, from small κ to large', async () => {
    const found = await evaluate(
      (kappa) => {
        const { kl, logScale, meanDistance } = concentrated(kappa!, d);
        const slopeOf = (x: typeof kl) => gradient(sum(x), [kappa!])[0]!;
        return { kl, klSlope: slopeOf(kl), logScale, meanDistance, scaleSlope: slopeOf(logScale) };
      },
      [{ shape: [own.length, 1], data: own.map(({ kappa }) => kappa) }],
      'float64',
    );
    own.forEach((row, i) => {
      const { kl, klSlope, logScale, meanDistance } = row;
      const right = { kl, klSlope, logScale, meanDistance, scaleSlope: meanDistance };
      for (const [name, value] of Object.entries(right)) {
        const error = Math.abs(found[name]!.data[i]! - value);
        // The KL of a small κ is a small difference of large numbers.
        const unit = name === 'kl' || name === 'logScale' ? 1 : 0;
        // The slope takes a difference of numbers that are some κ² times as large.
        const tolerance = name === 'klSlope' ? 1e-7 + 1e-14 * row.kappa ** 2 : 1e-7;
        const relative = error / Math.max(Math.abs(value), unit);
        expect(relative, `${name} at ${row.kappa}`).toBeLessThan(tolerance);
      }
    });
  });
});

describe.each([2, 3, 7, 33])('in %i dimensions', (d) => {
  const own = rows.filter((row) => row.d === d);

  test('draws have the exact mean, and their slopes the exact slope of it', async () => {
    const [kappas, count] = [own.map(({ kappa }) => kappa).filter((k) => k >= 0.2), 2000];
    const n = kappas.length;
    const uniform = new Float32Array(n * count * proposals * 3);
    fillUniform(randomStream(4, 'uniform', d), uniform);
    const { u, slopes } = await evaluate(
      (kappa, noise) => {
        const drawn = drawDistance(kappa!, concentrated(kappa!, d).meanDistance, noise!, d);
        return { u: drawn, slopes: gradient(sum(mean(drawn, { axes: [1] })), [kappa!])[0]! };
      },
      [
        { shape: [n, 1], data: kappas },
        { shape: [n, count, proposals, 3], data: Array.from(uniform) },
      ],
      'float32',
    );
    kappas.forEach((kappa, i) => {
      const { meanDistance, klSlope } = own.find((row) => row.kappa === kappa)!;
      const drawn = Array.from(u!.data.slice(i * count, (i + 1) * count), Number);
      const average = drawn.reduce((a, b) => a + b, 0) / count;
      const variance = klSlope / kappa;
      // −dA/dκ is the variance of the cosine: of a sample mean, four standard errors.
      expect(Math.abs(average - meanDistance)).toBeLessThan(4 * Math.sqrt(variance / count));
      // Slopes have a spread of about their own size.
      const error = Math.abs(Number(slopes!.data[i]) + variance) / variance;
      expect(error, `slope at ${kappa}`).toBeLessThan(0.1);
    });
  });
});

test('points are of length 1, at their distance from the mean, on all sides of it', async () => {
  const count = 2000;
  const noise = new Float32Array(2 * count * 2);
  fillNormal(randomStream(6, 'noise'), noise);
  const means = [
    [0.36, -0.48, 0.8],
    [-0.6, 0, -0.8],
  ];
  const { z } = await evaluate(
    (mu, u, given) => ({ z: pointsAt(mu!, u!, given!) }),
    [
      { shape: [2, 3], data: means.flat() },
      { shape: [2, count], data: Array.from({ length: 2 * count }, () => 0.3) },
      { shape: [2, count, 2], data: Array.from(noise) },
    ],
    'float32',
  );
  means.forEach((mu, row) => {
    const sums = [0, 0, 0];
    for (let i = 0; i < count; i++) {
      const point = [0, 1, 2].map((k) => Number(z!.data[(row * count + i) * 3 + k]));
      const dot = (other: readonly number[]) => point.reduce((s, x, k) => s + x * other[k]!, 0);
      expect(dot(point)).toBeCloseTo(1, 5);
      expect(dot(mu)).toBeCloseTo(0.7, 5);
      point.forEach((x, k) => {
        sums[k]! += x / count;
      });
    }
    // The mean over directions is 0.7 μ; each axis varies by less than 1 − 0.7².
    sums.forEach((x, k) => {
      expect(Math.abs(x - 0.7 * mu[k]!)).toBeLessThan(4 * Math.sqrt(0.51 / count));
    });
  });
});

describe('a model on a sphere', () => {
  test('learns, draws from its prior, and knows a bound on log p(x)', async () => {
    const vae = smallVAE({ objective: hyperspherical(), latent: 3 });
    const data = corners(64);
    const before = await vae.logLikelihood(data, { samples: 20 });
    await vae.fit(data, { epochs: 3, batchSize: 16 });
    const after = await vae.logLikelihood(data, { samples: 20 });
    expect(after.mean).toBeGreaterThan(before.mean);
    expect(vae.sampler?.type).toBe('hypersphere');
    const { mean: points } = await vae.encode(data);
    const lengths = Array.from({ length: 64 }, (_, i) =>
      Math.hypot(...(points.data as Float32Array).subarray(3 * i, 3 * i + 3)),
    );
    for (const length of lengths) expect(length).toBeCloseTo(1, 5);
    expect((await vae.sample(3)).dims[0]).toBe(3);
  });

  test('needs two latents', () => {
    expect(() => smallVAE({ objective: hyperspherical(), latent: 1 })).toThrow(UserError);
  });
});

test('the prior is uniform on the sphere', async () => {
  const sources = {
    stream: randomStream(3, 'sample'),
    parameters: {},
    fitted: {},
    prior: samplers.hypersphere(),
  };
  const count = 6000;
  const z = (await samplers.hypersphere().draw([count, 3], sources)) as Float32Array;
  // Archimedes: on the sphere in space, each coordinate is uniform on [−1, 1].
  for (const axis of [0, 1, 2]) {
    const values = Array.from({ length: count }, (_, i) => z[3 * i + axis]!).sort((a, b) => a - b);
    const worst = Math.max(...values.map((x, i) => Math.abs((x + 1) / 2 - i / count)));
    // Kolmogorov's bound that one sample in a thousand passes.
    expect(worst).toBeLessThan(1.95 / Math.sqrt(count));
  }
});

import { describe, expect, test } from 'vitest';
import { fillNormal, randomStream } from '../../../src/base/random.js';
import { gradient, negate, reshape, slice, sum, type Value } from '../../../src/graph/index.js';
import { poincare, samplers } from '../../../src/index.js';
import {
  distance,
  exponential,
  logarithm,
  mobiusAdd,
} from '../../../src/vae/bottlenecks/poincare/ball.js';
import {
  drawWrapped,
  logDensityAtOrigin,
} from '../../../src/vae/bottlenecks/poincare/wrapped-normal.js';
import { evaluate } from '../../graph/evaluate.js';
import { corners, smallVAE } from '../small.js';

/** One coordinate of points [batch, count, latent]. */
const column = (z: Value, axis: number) => slice(z, [{ axis: 2, start: axis, end: axis + 1 }]);

const numbers = (data: ArrayLike<number | bigint>) => Array.from(data, Number);

function normal(count: number, name: string): number[] {
  const values = new Float32Array(count);
  fillNormal(randomStream(7, name), values);
  return Array.from(values);
}

describe.each([0.5, 1, 1.7])('the ball of curvature −%f', (c) => {
  test('maps at the origin undo each other, and a sum is undone from the left', async () => {
    const count = 50;
    const found = await evaluate(
      (u, v) => {
        const [x, y] = [exponential(u!, c), exponential(v!, c)];
        return { u: logarithm(x, c), y, again: mobiusAdd(negate(x), mobiusAdd(x, y, c), c) };
      },
      [
        { shape: [count, 3], data: normal(3 * count, 'u').map((x) => x / 2) },
        { shape: [count, 3], data: normal(3 * count, 'v').map((x) => x / 2) },
      ],
      'float64',
    );
    const u = normal(3 * count, 'u').map((x) => x / 2);
    numbers(found.u!.data).forEach((x, i) => {
      expect(x).toBeCloseTo(u[i]!, 9);
    });
    const y = numbers(found.y!.data);
    numbers(found.again!.data).forEach((x, i) => {
      expect(x).toBeCloseTo(y[i]!, 9);
    });
  });

  test("the prior's density integrates to 1 over the disk", async () => {
    // Polar coordinates: the hyperbolic radius by even steps, as the density depends on nothing else.
    const [steps, scale, most] = [2000, 0.8, 9];
    const width = most / steps;
    const radii = Array.from({ length: steps }, (_, i) => (i + 0.5) * width);
    const places = radii.flatMap((r) => [Math.tanh((Math.sqrt(c) * r) / 2) / Math.sqrt(c), 0]);
    const { log, r } = await evaluate(
      (z) => ({ log: logDensityAtOrigin(z!, scale, c), r: distance(z!, c) }),
      [{ shape: [steps, 2], data: places }],
      'float64',
    );
    const circumference = (x: number) => (2 * Math.PI * Math.sinh(Math.sqrt(c) * x)) / Math.sqrt(c);
    const total = numbers(log!.data).reduce(
      (all, each, i) => all + Math.exp(each) * circumference(radii[i]!) * width,
      0,
    );
    expect(total).toBeCloseTo(1, 5);
    expect(numbers(r!.data)[700]).toBeCloseTo(radii[700]!, 9);
  });

  test("a draw's density is that of its noise over how the draw stretches it", async () => {
    const count = 40;
    const noise = normal(2 * count, 'noise');
    const [mean, logVariance] = [
      [0.4 / Math.sqrt(c), -0.5 / Math.sqrt(c)],
      [-0.6, 0.3],
    ];
    const { z, log, byFirst, bySecond } = await evaluate(
      (mu, spread, epsilon) => {
        const given = reshape(epsilon!, [1, count, 2]);
        const drawn = drawWrapped({ mean: mu!, logVariance: spread! }, given, c);
        const slope = (axis: number) => gradient(sum(column(drawn.z, axis)), [epsilon!])[0]!;
        return { z: drawn.z, log: drawn.logDensity, byFirst: slope(0), bySecond: slope(1) };
      },
      [
        { shape: [1, 2], data: mean },
        { shape: [1, 2], data: logVariance },
        { shape: [count, 2], data: noise },
      ],
      'float64',
    );
    const [points, a, b] = [z!, byFirst!, bySecond!].map(({ data }) => numbers(data));
    numbers(log!.data).forEach((logDensity, i) => {
      const at = (list: readonly number[] | undefined, k: number) => list![2 * i + k]!;
      const determinant = Math.abs(at(a, 0) * at(b, 1) - at(a, 1) * at(b, 0));
      const lambda = 2 / (1 - c * (at(points, 0) ** 2 + at(points, 1) ** 2));
      const ofNoise = -Math.log(2 * Math.PI) - (at(noise, 0) ** 2 + at(noise, 1) ** 2) / 2;
      // By the ball's measure: a volume of coordinates counts λ² times.
      expect(logDensity).toBeCloseTo(ofNoise - Math.log(determinant) - 2 * Math.log(lambda), 8);
    });
  });
});

describe('a model in the Poincaré ball', () => {
  test.each(['point', 'gyroplanes'] as const)(
    'learns where the decoder sees the %s',
    async (decode) => {
      const vae = smallVAE({ objective: poincare({ decode, planes: 6, curvature: 1.2 }) });
      const data = corners(64);
      const before = await vae.logLikelihood(data, { samples: 20 });
      await vae.fit(data, { epochs: 3, batchSize: 16 });
      const after = await vae.logLikelihood(data, { samples: 20 });
      expect(after.mean).toBeGreaterThan(before.mean);
      const { mean } = await vae.encode(data);
      const z = numbers(mean.data as Float32Array);
      const inside = z.every((x, i) => i % 2 === 1 || x ** 2 + z[i + 1]! ** 2 < 1 / 1.2);
      expect(inside).toBe(true);
      expect(vae.sampler?.options).toEqual({ curvature: 1.2, scale: 1 });
      expect((await vae.sample(3)).dims[0]).toBe(3);
    },
  );
});

test('the prior draws points whose distance from the origin has the length of a normal vector', async () => {
  const [count, curvature, scale] = [4000, 0.6, 1.5];
  const sources = { stream: randomStream(3, 'sample'), parameters: {}, fitted: {} };
  const sampler = samplers.poincareDisk({ curvature, scale });
  const z = (await sampler.draw([count, 2], sources)) as Float32Array;
  const radii = Array.from({ length: count }, (_, i) => {
    const x = Math.sqrt(curvature) * Math.hypot(z[2 * i]!, z[2 * i + 1]!);
    return (2 * Math.atanh(x)) / Math.sqrt(curvature);
  }).sort((a, b) => a - b);
  // Rayleigh's distribution; Kolmogorov's bound that one sample in a thousand passes.
  const worst = Math.max(
    ...radii.map((r, i) => Math.abs(1 - Math.exp(-((r / scale) ** 2) / 2) - i / count)),
  );
  expect(worst).toBeLessThan(1.95 / Math.sqrt(count));
});

import { describe, expect, test } from 'vitest';
import { fillNormal, fillUniform, randomStream } from '../../../src/base/random.js';
import {
  gradient,
  mean,
  negate,
  reshape,
  slice,
  sum,
  type Value,
} from '../../../src/graph/index.js';
import { poincare, type Sampler, samplers } from '../../../src/index.js';
import { createScope, type Scope } from '../../../src/nn/index.js';
import {
  distance,
  exponential,
  logarithm,
  mobiusAdd,
} from '../../../src/vae/bottlenecks/poincare/ball.js';
import { drawRadius, radiusOf } from '../../../src/vae/bottlenecks/poincare/hyperbolic-radius.js';
import { riemannianAtOrigin } from '../../../src/vae/bottlenecks/poincare/riemannian-normal.js';
import {
  drawWrapped,
  wrappedAtOrigin,
} from '../../../src/vae/bottlenecks/poincare/wrapped-normal.js';
import { proposals } from '../../../src/vae/bottlenecks/rejection.js';
import { readJson } from '../../fixtures.js';
import { evaluate } from '../../graph/evaluate.js';
import { corners, smallVAE } from '../small.js';

/** A scope that gives values as its noise, in their order. */
function noises(...values: readonly Value[]): Scope {
  const left = [...values];
  return createScope({
    training: true,
    parameter: () => expect.unreachable(),
    state: () => expect.unreachable(),
    requireBatch: () => expect.unreachable(),
    noise: () => left.shift()!,
  });
}

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

  test.each(['wrapped', 'Riemannian'])('the %s normal integrates to 1', async (name) => {
    // Sums over the hyperbolic radius by even steps, as the density depends on nothing else.
    const [steps, scale, most] = [2000, 0.8, 9];
    const atOrigin = name === 'wrapped' ? wrappedAtOrigin : riemannianAtOrigin;
    const width = most / steps;
    const root = Math.sqrt(c);
    const radii = Array.from({ length: steps }, (_, i) => (i + 0.5) * width);
    const { log, r } = await evaluate(
      (z) => ({ log: atOrigin(z!, scale, c), r: distance(z!, c) }),
      [
        {
          shape: [1, steps, 2],
          data: radii.flatMap((radius) => [Math.tanh((root * radius) / 2) / root, 0]),
        },
      ],
      'float32',
    );
    const total = numbers(log!.data).reduce((all, each, i) => {
      const circumference = (2 * Math.PI * Math.sinh(root * radii[i]!)) / root;
      return all + Math.exp(each) * circumference * width;
    }, 0);
    expect(total).toBeCloseTo(1, 4);
    expect(numbers(r!.data)[700]).toBeCloseTo(radii[700]!, 4);
  });

  test("a draw's density is its noise's over the stretch by the draw", async () => {
    const count = 40;
    const noise = normal(2 * count, 'noise');
    const [middle, logVariance] = [
      [0.4 / Math.sqrt(c), -0.5 / Math.sqrt(c)],
      [-0.6, 0.3],
    ];
    const { z, log, byFirst, bySecond } = await evaluate(
      (mu, spread, epsilon) => {
        const given = noises(reshape(epsilon!, [1, count, 2]));
        const drawn = drawWrapped({ mean: mu!, logVariance: spread! }, count, c, given);
        const slope = (axis: number) => gradient(sum(column(drawn.z, axis)), [epsilon!])[0]!;
        return { z: drawn.z, log: drawn.logDensity, byFirst: slope(0), bySecond: slope(1) };
      },
      [
        { shape: [1, 2], data: middle },
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
      // Counts a volume of coordinates λ² times, by the ball's measure.
      expect(logDensity).toBeCloseTo(ofNoise - Math.log(determinant) - 2 * Math.log(lambda), 8);
    });
  });
});

/** The values of bench/peers/torch_geometry_fixtures.py, with 30 digits. */
interface RadiusRow {
  readonly d: number;
  readonly scale: number;
  readonly logNormalizer: number;
  readonly mean: number;
  readonly meanSquare: number;
  readonly meanSlope: number;
}

const rows = await readJson<readonly RadiusRow[]>('hyperbolic-radius.json');

describe.each([2, 3, 10])("distances from a Riemannian normal's mean in %i dimensions", (d) => {
  const own = rows.filter((row) => row.d === d);

  test('have the normalizer, the moments and the slopes of 30 digits', async () => {
    const [scales, count] = [own.map(({ scale }) => scale), 3000];
    const shape = [own.length, count, proposals];
    const uniform = new Float32Array(own.length * count * proposals);
    fillUniform(randomStream(8, 'uniform', d), uniform);
    const found = await evaluate(
      (scale, epsilon, chance) => {
        const radius = radiusOf(scale!, d);
        const x = drawRadius(radius, epsilon!, chance!);
        const slopes = (value: Value) => gradient(sum(value), [scale!])[0]!;
        return {
          x,
          meanSquare: radius.meanSquare,
          logNormalizer: radius.logNormalizer,
          ofNormalizer: slopes(radius.logNormalizer),
          ofMean: slopes(mean(x, { axes: [1] })),
        };
      },
      [
        { shape: [own.length, 1], data: scales },
        { shape, data: normal(uniform.length, 'proposals') },
        { shape, data: Array.from(uniform) },
      ],
      'float32',
    );
    own.forEach((row, i) => {
      const at = (name: keyof typeof found) => Number(found[name]!.data[i]);
      expect(at('logNormalizer')).toBeCloseTo(row.logNormalizer, 3);
      expect(at('meanSquare') / row.meanSquare).toBeCloseTo(1, 4);
      expect((at('ofNormalizer') * row.scale ** 3) / row.meanSquare).toBeCloseTo(1, 4);
      const drawn = numbers(found.x!.data).slice(i * count, (i + 1) * count);
      const average = drawn.reduce((a, b) => a + b, 0) / count;
      const deviation = Math.sqrt(row.meanSquare - row.mean ** 2);
      expect(Math.abs(average - row.mean)).toBeLessThan((4 * deviation) / Math.sqrt(count));
      expect(Math.abs(at('ofMean') / row.meanSlope - 1)).toBeLessThan(0.1);
    });
  });
});

describe('a model in the Poincaré ball', () => {
  test.each([
    ['wrappedNormal', 'gyroplanes'],
    ['riemannianNormal', 'point'],
  ] as const)('learns by a %s, where the decoder sees the %s', async (distribution, decode) => {
    const objective = poincare({ distribution, decode, planes: 6, curvature: 1.2 });
    const vae = smallVAE({ objective });
    const data = corners(64);
    const before = await vae.logLikelihood(data, { samples: 20 });
    await vae.fit(data, { epochs: 3, batchSize: 16 });
    const after = await vae.logLikelihood(data, { samples: 20 });
    expect(after.mean).toBeGreaterThan(before.mean);
    const encoding = await vae.encode(data);
    const z = numbers(encoding.mean.data as Float32Array);
    const inside = z.every((x, i) => i % 2 === 1 || x ** 2 + z[i + 1]! ** 2 < 1 / 1.2);
    expect(inside).toBe(true);
    expect(vae.sampler?.options).toEqual({ curvature: 1.2, distribution, scale: 1 });
    expect((await vae.sample(3)).dims[0]).toBe(3);
  });

  test('needs two latents for a Riemannian normal', () => {
    const objective = poincare({ distribution: 'riemannianNormal' });
    expect(() => smallVAE({ objective, latent: 1 })).toThrow('2 dimensions or more');
  });
});

/** Distances from the origin of draws of the prior, by size. */
async function priorRadii(sampler: Sampler, count: number, curvature: number): Promise<number[]> {
  const sources = { stream: randomStream(3, 'sample'), parameters: {}, fitted: {}, prior: sampler };
  const z = (await sampler.draw([count, 2], sources)) as Float32Array;
  return Array.from({ length: count }, (_, i) => {
    const x = Math.sqrt(curvature) * Math.hypot(z[2 * i]!, z[2 * i + 1]!);
    return (2 * Math.atanh(x)) / Math.sqrt(curvature);
  }).sort((a, b) => a - b);
}

describe('draws of the prior poincareDisk', () => {
  const [count, curvature, scale] = [4000, 0.6, 1.5];

  test("are of the model's own geometry, and refused where it has none", async () => {
    const data = corners(16);
    const vae = smallVAE({ objective: poincare({ curvature: 1.2, priorScale: 0.5 }) });
    const before = await vae.sample(5);
    await vae.fitSampler(samplers.poincareDisk(), data);
    expect(vae.sampler?.options).toEqual({});
    expect(numbers((await vae.sample(5)).data as Float32Array)).toEqual(
      numbers(before.data as Float32Array),
    );
    await expect(smallVAE().fitSampler(samplers.poincareDisk(), data)).rejects.toThrow(
      'The sampler poincareDisk is the prior of the objective poincare, which this model was not',
    );
  });

  test('are at distances of the lengths of normal vectors', async () => {
    const radii = await priorRadii(samplers.poincareDisk({ curvature, scale }), count, curvature);
    // Rayleigh's distribution; Kolmogorov's bound that one sample in a thousand passes.
    const worst = Math.max(
      ...radii.map((r, i) => Math.abs(1 - Math.exp(-((r / scale) ** 2) / 2) - i / count)),
    );
    expect(worst).toBeLessThan(1.95 / Math.sqrt(count));
  });

  test('are at distances of a Riemannian normal', async () => {
    const distribution = 'riemannianNormal';
    const sampler = samplers.poincareDisk({ curvature, scale, distribution });
    const radii = await priorRadii(sampler, count, curvature);
    const [steps, most, root] = [20_000, 16, Math.sqrt(curvature)];
    const density = (r: number) => Math.exp(-((r / scale) ** 2) / 2) * Math.sinh(root * r);
    const sums = new Float64Array(steps + 1);
    for (let i = 1; i <= steps; i++) sums[i] = sums[i - 1]! + density(((i - 0.5) * most) / steps);
    const worst = Math.max(
      ...radii.map((r, i) => {
        return Math.abs(sums[Math.round((r / most) * steps)]! / sums[steps]! - i / count);
      }),
    );
    expect(worst).toBeLessThan(1.95 / Math.sqrt(count));
  });
});

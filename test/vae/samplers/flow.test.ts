import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fillNormal, fillUniform, randomStream } from '../../../src/base/random.js';
import { samplers, Tensor, VAE } from '../../../src/index.js';
import { CompiledFunction } from '../../../src/step/index.js';
import { logDensity } from '../../../src/vae/samplers/flow/fit.js';
import type { FlowOptions } from '../../../src/vae/samplers/flow/options.js';
import type { Tensors } from '../../../src/vae/samplers/index.js';
import { corners, smallVAE } from '../small.js';
import { fitSources } from './sources.js';

/** Points of a ring with some noise, which no Gaussian is like: [count, 2]. */
function ring(count: number): Tensor {
  const [turns, noise] = [new Float32Array(count), new Float32Array(2 * count)];
  fillUniform(randomStream(3, 'turns'), turns);
  fillNormal(randomStream(3, 'noise'), noise);
  const points = noise.map((each, i) => {
    const turn = 2 * Math.PI * turns[i >> 1]!;
    return 3 + 2 * (i % 2 === 0 ? Math.cos(turn) : Math.sin(turn)) + 0.4 * each;
  });
  return new Tensor('float32', points, [count, 2]);
}

const small = { blocks: 3, hidden: 24, layers: 1, epochs: 40, batchSize: 64, learningRate: 0.01 };
const kinds = [
  [samplers.maf(small), 'toNoise'],
  [samplers.iaf(small), 'fromNoise'],
] as const;

const [side, from, reach] = [120, -2, 10];
const step = reach / side;

/** The middle of each cell of a grid over the plane. */
const grid = Float32Array.from({ length: 2 * side * side }, (_, i) => {
  const place = i >> 1;
  return from + step * (0.5 + (i % 2 === 0 ? place % side : Math.floor(place / side)));
});

/** Log densities of points [n, 2] under a fitted flow, in nats. */
async function logDensities(
  points: Float32Array,
  fitted: Tensors,
  options: FlowOptions,
  direction: 'toNoise' | 'fromNoise',
): Promise<number[]> {
  const [mean, deviation] = [fitted.mean!, fitted.deviation!].map(
    (each) => each.data as Float32Array,
  );
  const compiled = await CompiledFunction.compile({ z: { shape: [2] } }, ({ z }, scope) => ({
    density: logDensity(z!, options, direction, scope),
  }));
  const z = points.map((value, i) => (value - mean![i % 2]!) / deviation![i % 2]!);
  const { density } = await compiled.run(fitted, {
    z: new Tensor('float32', z, [z.length / 2, 2]),
  });
  await compiled.release();
  const stretched = Math.log(deviation![0]!) + Math.log(deviation![1]!);
  return Array.from(density!.data as Float32Array, (nats) => nats - stretched);
}

describe.each(kinds)('$type', async (sampler, direction) => {
  const latents = ring(800);
  const fitted = await sampler.fit!(latents, fitSources());
  const options = sampler.options as FlowOptions;
  const densities = await logDensities(grid, fitted, options, direction);
  const shares = densities.map((nats) => Math.exp(nats) * step ** 2);

  test('its density is 1 in all', () => {
    expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 2);
  });

  test('it is likelier than a Gaussian, and as likely on held-out latents as on seen ones', async () => {
    // A ring of radius 2 has the variance 2 + 0.4² along each axis.
    const gaussian = -Math.log(2 * Math.PI) - Math.log(2 + 0.4 ** 2) - 1;
    const [heldOut] = fitted.heldOut!.data as Float32Array;
    expect(heldOut).toBeGreaterThan(gaussian + 0.2);
    const seen = await logDensities(latents.data as Float32Array, fitted, options, direction);
    const mean = seen.reduce((a, b) => a + b, 0) / seen.length;
    expect(Math.abs(heldOut! - mean)).toBeLessThan(0.25);
    expect(sampler.describe!(fitted)).toBe(`held-out log density ${heldOut!.toFixed(2)} nats`);
  });

  test('draws are spread as the density is', async () => {
    const count = 20_000;
    const drawn = await sampler.draw([count, 2], {
      stream: randomStream(1, 'sample'),
      parameters: {},
      fitted,
    });
    const coarse = 12;
    const cellOf = (x: number, y: number) => {
      const place = (value: number) => Math.floor(((value - from) / reach) * coarse);
      return place(y) * coarse + place(x);
    };
    const expected = new Float64Array(coarse ** 2);
    shares.forEach((share, i) => {
      expected[cellOf(grid[2 * i]!, grid[2 * i + 1]!)]! += share;
    });
    const found = new Float64Array(coarse ** 2);
    for (let i = 0; i < count; i++) found[cellOf(drawn[2 * i]!, drawn[2 * i + 1]!)]! += 1 / count;
    const apart = found.reduce((sum, share, i) => sum + Math.abs(share - expected[i]!), 0) / 2;
    expect(apart).toBeLessThan(0.03);
    const entropy = shares.reduce(
      (sum, share, i) => (share === 0 ? sum : sum - share * densities[i]!),
      0,
    );
    const own = await logDensities(drawn.slice(0, 8000), fitted, options, direction);
    expect(Math.abs(entropy + own.reduce((a, b) => a + b, 0) / own.length)).toBeLessThan(0.05);
  });
});

test('latents are drawn of the posterior, where there is one', async () => {
  const count = 400;
  const point = new Tensor('float32', new Float32Array(2 * count).fill(2), [count, 2]);
  const logVariance = new Tensor(
    'float32',
    new Float32Array(2 * count).fill(Math.log(9)),
    point.dims,
  );
  const sampler = samplers.maf({ ...small, epochs: 3 });
  const fitted = await sampler.fit!(point, { ...fitSources(), logVariance });
  expect([...(fitted.deviation!.data as Float32Array)]).toEqual([3, 3]);
  const drawn = await sampler.draw([2000, 2], {
    stream: randomStream(2, 'x'),
    parameters: {},
    fitted,
  });
  const mean = drawn.reduce((a, b) => a + b, 0) / drawn.length;
  const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
  expect(mean).toBeCloseTo(2, 0);
  expect(Math.abs(variance - 9)).toBeLessThan(2);
});

test('a flow is kept in a run, and fitted again it is the same', async () => {
  const model = smallVAE();
  const draw = async () => [...((await model.sample(4, { seed: 5 })).data as Float32Array)];
  const sampler = samplers.maf({ ...small, epochs: 2 });
  await model.fitSampler(sampler, corners(64));
  const drawn = await draw();
  const folder = await mkdtemp(join(tmpdir(), 'vaekit-flows-'));
  await model.save(join(folder, 'run'));
  const again = await VAE.load(join(folder, 'run'));
  expect(again.sampler?.options).toEqual(sampler.options);
  expect([...((await again.sample(4, { seed: 5 })).data as Float32Array)]).toEqual(drawn);
  await model.fitSampler(sampler, corners(64));
  expect(await draw()).toEqual(drawn);
  await rm(folder, { recursive: true });
});

test('few latents and many of them are refused', async () => {
  const zeros = (dims: number[]) =>
    new Tensor('float32', new Float32Array(dims.reduce((a, b) => a * b, 1)), dims);
  await expect(samplers.maf().fit!(zeros([19, 2]), fitSources())).rejects.toThrow(
    'A flow is fitted to 20 latents or more, not 19. Give data with more examples.',
  );
  await expect(samplers.iaf().fit!(zeros([30, 65]), fitSources())).rejects.toThrow(
    'The sampler iaf is fitted one latent after another, and takes 64 at most, not 65. Take maf.',
  );
});

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { autoencoder, samplerNames, samplers, Tensor, UserError, VAE } from '../../src/index.js';
import { type FitSources, samplerFromConfig } from '../../src/vae/samplers/index.js';
import { corners, smallVAE } from './small.js';

const folder = await mkdtemp(join(tmpdir(), 'vaekit-samplers-'));
afterAll(() => rm(folder, { recursive: true }));

/** A Gaussian is fitted to the latents alone. */
const sources = {} as FitSources;

const numbers = ({ data }: Tensor) => [...(data as Float32Array)];

/** Mean and covariance of pairs. */
function momentsOf(pairs: ArrayLike<number>) {
  const count = pairs.length / 2;
  const column = (k: number) => Array.from({ length: count }, (_, i) => pairs[2 * i + k]!);
  const [x, y] = [column(0), column(1)];
  const meanOf = (a: number[]) => a.reduce((sum, each) => sum + each, 0) / count;
  const [mx, my] = [meanOf(x), meanOf(y)];
  const product = (a: number[], ma: number, b: number[], mb: number) =>
    a.reduce((sum, each, i) => sum + (each - ma) * (b[i]! - mb), 0) / count;
  return [mx, my, product(x, mx, x, mx), product(x, mx, y, my), product(y, my, y, my)];
}

describe('a Gaussian with full covariance', async () => {
  // A line with noise: x of variance 4 about 3, y = −x / 2 + noise of variance 0.25 about 1.
  const rows = 4000;
  const normal = await samplers.standardNormal().draw([rows, 2], {
    stream: randomStream(5, 'latents'),
    parameters: {},
    fitted: {},
  });
  const latents = normal.map((_, i) => {
    const x = 2 * normal[i - (i % 2)]!;
    return i % 2 === 0 ? 3 + x : 1 - x / 2 + normal[i]! / 2;
  });

  test('has the moments of the latents, and draws by them', async () => {
    const sampler = samplers.gaussian();
    const fitted = await sampler.fit!(new Tensor('float32', latents, [rows, 2]), sources);
    const drawn = await sampler.draw([20_000, 2], {
      stream: randomStream(1, 'sample'),
      parameters: {},
      fitted,
    });
    const expected = momentsOf(latents);
    // The factor is the covariance's: L Lᵀ, by hand for two latents.
    const [a, , c, d] = numbers(fitted.factor!);
    [a! ** 2, a! * c!, c! ** 2 + d! ** 2].forEach((value, i) => {
      expect(value).toBeCloseTo(expected[2 + i]!, 4);
    });
    expect(numbers(fitted.mean!)[0]).toBeCloseTo(expected[0]!, 5);
    momentsOf(drawn).forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(0.12);
    });
  });

  test('is fitted to latents that lie on a line, or all at one point', async () => {
    const line = Float32Array.from({ length: 40 }, (_, i) => Math.floor(i / 2));
    for (const each of [line, new Float32Array(40).fill(7)]) {
      const fitted = await samplers.gaussian().fit!(new Tensor('float32', each, [20, 2]), sources);
      expect(numbers(fitted.factor!).every(Number.isFinite)).toBe(true);
    }
    await expect(
      samplers.gaussian().fit!(new Tensor('float32', [1, 2], [1, 2]), sources),
    ).rejects.toThrow(UserError);
  });
});

test('an autoencoder draws once a sampler is fitted, and a saved run draws the same', async () => {
  const vae = smallVAE({ objective: autoencoder() });
  const data = corners(64);
  await vae.fit(data, { epochs: 2, batchSize: 16 });
  expect(vae.hasPrior).toBe(false);
  await expect(vae.sample(3)).rejects.toThrow('no prior to draw from. Fit a sampler');
  await vae.fitSampler(samplers.gaussian(), data);
  expect(vae.sampler?.type).toBe('gaussian');
  const images = await vae.sample(3, { seed: 4 });
  const path = join(folder, 'autoencoder');
  await vae.save(path);
  expect(await readdir(path)).toContain('sampler.safetensors');
  const again = await VAE.load(path);
  expect(again.sampler).toMatchObject({ type: 'gaussian', options: { jitter: 1e-6 } });
  expect(numbers(await again.sample(3, { seed: 4 }))).toEqual(numbers(images));
});

test('a model with a prior keeps no file of it', async () => {
  const vae = smallVAE();
  expect(vae.sampler?.type).toBe('standardNormal');
  const path = join(folder, 'plain');
  await vae.save(path);
  expect(await readdir(path)).not.toContain('sampler.safetensors');
});

test('samplers are plain data', () => {
  expect(samplerNames).toEqual(expect.arrayContaining(['codebook', 'gaussian', 'standardNormal']));
  for (const type of samplerNames) {
    const { options } = samplerFromConfig({ type }, 'sampler');
    expect(samplerFromConfig({ type, ...options }, 'sampler').options).toEqual(options);
  }
  expect(() => samplerFromConfig({ type: 'gausian' }, 'sampler')).toThrow(
    "sampler.type: unknown sampler 'gausian'. Did you mean 'gaussian'?",
  );
});

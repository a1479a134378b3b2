import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { fromArray } from '../../../src/data/dataset.js';
import {
  adam,
  betaVae,
  conditional,
  conv2d,
  dense,
  iwae,
  type LikelihoodOptions,
  reshape,
  VAE,
  vqVae,
  waeMmd,
} from '../../../src/index.js';
import { relativeError } from '../../fixtures.js';
import { corners, smallShape, smallVAE } from '../small.js';
import { likelihoodOf } from './cases.js';

const data = corners(128, 5);
const floats = Float32Array.from(data.images.data as Uint8Array, (value) => value / 255);
const numbers = (tensor: { readonly data: unknown }) => tensor.data as Float32Array;

const kinds: readonly LikelihoodOptions[] = [
  'bernoulli',
  'continuousBernoulli',
  { type: 'gaussian', variance: 0.05 },
  { type: 'gaussian', variance: 'shared' },
  { type: 'gaussian', variance: 'pixel' },
  { type: 'laplace', scale: 0.1 },
  { type: 'laplace', scale: 'shared' },
  { type: 'laplace', scale: 'pixel' },
  { type: 'discretizedLogistic', mixtures: 2 },
  { type: 'categorical', levels: 8 },
  { type: 'categorical', levels: 256 },
  'msSsim',
  'mse',
];

/** A small model that ends in as many channels as the likelihood asks for. */
function modelWith(
  likelihood: LikelihoodOptions,
  options: Partial<ConstructorParameters<typeof VAE>[0]> = {},
): VAE {
  const [, ...inner] = smallShape;
  const [count = 0] = likelihoodOf(likelihood).parameterShape;
  return smallVAE({
    likelihood,
    decoder: [dense(8, { activation: 'tanh' }), dense(16 * count), reshape([count, ...inner])],
    ...options,
  });
}

const optimizer = () => adam({ learningRate: 0.01 });

describe.each(kinds.map((each) => [JSON.stringify(each), each] as const))('%s', (_, options) => {
  const likelihood = likelihoodOf(options);

  test('trains: reconstructions come near the images', async () => {
    const model = modelWith(options);
    const distance = async () =>
      relativeError(numbers(await model.reconstruct(data.images)), floats);
    const before = await distance();
    const { epochs } = await model.fit(data, { epochs: 100, optimizer: optimizer() });
    expect(epochs.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss - 0.1);
    expect(await distance()).toBeLessThan(0.8 * before);
    await model.release();
  });

  test('saves, loads and exports: decoder.onnx gives the same as the library, in [0, 1]', async () => {
    const model = modelWith(options);
    await model.fit(data, { epochs: 2, optimizer: optimizer() });
    const folder = join(await mkdtemp(join(tmpdir(), 'vaekit-')), 'run');
    await model.save(folder);
    const again = await VAE.load(folder);
    expect(again.config).toEqual(model.config);
    expect(again.parameters()).toEqual(model.parameters());
    const z = new Tensor('float32', Float32Array.of(0.5, -1, 2, 3, -4, 9), [3, 2]);
    const decoded = await again.decode(z);
    expect(decoded.dims).toEqual([3, ...smallShape]);
    for (const value of numbers(decoded)) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    }
    const session = await InferenceSession.create(join(folder, 'decoder.onnx'));
    const { image } = await session.run({ z });
    expect(image!.dims).toEqual(decoded.dims);
    expect(relativeError(numbers(image!), numbers(decoded))).toBeLessThan(1e-6);
    expect((await again.evaluate(data)).loss).toBe((await model.evaluate(data)).loss);
    await again.release();
    await model.release();
  });

  test('samples: means, or draws from p(x | z)', async () => {
    const model = modelWith(options);
    const means = await model.sample(5, { seed: 2 });
    if (likelihood.support === 'none') {
      await expect(model.sample(5, { draw: true })).rejects.toThrow(
        `The likelihood ${likelihood.type} is no distribution to draw from.`,
      );
      return;
    }
    const draws = await model.sample(5, { seed: 2, draw: true });
    expect(draws.dims).toEqual(means.dims);
    expect(numbers(draws)).not.toEqual(numbers(means));
    expect(numbers(draws).every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(numbers(await model.sample(5, { seed: 2, draw: true }))).toEqual(numbers(draws));
    expect(numbers(await model.sample(5, { seed: 3, draw: true }))).not.toEqual(numbers(draws));
    await model.release();
  });
});

test('a shared variance learns the mean squared error', async () => {
  const model = modelWith('gaussian');
  expect(Object.keys(model.parameters())).toContain('likelihood.logVariance');
  expect(model.summary()).toMatch(/likelihood +gaussian +\[batch, 1, 4, 4\] +1\b/);
  await model.fit(data, { epochs: 300, optimizer: adam({ learningRate: 0.01 }) });
  const variance = Math.exp(numbers(model.parameters()['likelihood.logVariance']!)[0]!);
  const images = numbers(await model.reconstruct(data.images));
  const error =
    images.reduce((sum, value, i) => sum + (value - floats[i]!) ** 2, 0) / images.length;
  // Reconstructed without noise, the error is a little less than the trained variance.
  expect(variance / error).toBeGreaterThan(0.8);
  expect(variance / error).toBeLessThan(1.3);
});

describe('bits per dimension', () => {
  const nats = (bits: number) => bits * 16 * Math.LN2;

  test.each([
    { type: 'discretizedLogistic', mixtures: 2 },
    { type: 'categorical', levels: 256 },
  ] as const)('of levels are the negative ELBO in other units: $type', async (likelihood) => {
    const model = modelWith(likelihood);
    const { loss, bitsPerDimension } = await model.evaluate(data);
    expect(nats(bitsPerDimension!)).toBeCloseTo(loss, 3);
  });

  test('do not depend on the weight of the KL divergence', async () => {
    const one = modelWith('categorical', { kl: { weight: 0.5 } });
    const other = modelWith('categorical', { objective: betaVae({ beta: 7 }) });
    other.setParameters(one.parameters());
    const [a, b] = [await one.evaluate(data), await other.evaluate(data)];
    expect(b.bitsPerDimension).toBeCloseTo(a.bitsPerDimension!, 5);
    expect(b.loss).toBeGreaterThan(a.loss + 0.1);
  });

  test.each(['gaussian', 'laplace', 'continuousBernoulli'] as const)(
    'of densities come from values made continuous: %s',
    async (likelihood) => {
      const model = modelWith(likelihood);
      const metrics = await model.evaluate(data);
      // Noise u moves an image's values in this smooth model by at most 1/256 each, and so nats little.
      const plain = metrics.loss / (16 * Math.LN2) + 8;
      expect(metrics.bitsPerDimension).not.toBe(plain);
      expect(Math.abs(metrics.bitsPerDimension! - plain)).toBeLessThan(0.02);
    },
  );

  test('of a density that is too sharp for levels are no less than theirs', async () => {
    // All pixels are black. A density can be high without end there; a bound on bits cannot be
    // under 0.
    const black = fromArray(new Uint8Array(64 * 16), smallShape, { name: 'black' });
    const model = modelWith({ type: 'gaussian', variance: 1e-5 });
    const zeros = Object.entries(model.parameters()).map(([name, { dims, size }]) => [
      name,
      new Tensor('float32', new Float32Array(size), dims),
    ]);
    model.setParameters(Object.fromEntries(zeros));
    const { loss, bitsPerDimension } = await model.evaluate(black);
    expect(loss / (16 * Math.LN2) + 8).toBeLessThan(1.1);
    // log₂(σ √2π) + 8, and for u the mean of (u / 256)² / 2σ².
    const u = (0.5 * (1 / 3 / 256 ** 2)) / 1e-5 / Math.LN2;
    expect(bitsPerDimension).toBeCloseTo(0.5 * Math.log2(2 * Math.PI * 1e-5) + 8 + u, 1);
    const sharp = modelWith({ type: 'gaussian', variance: 1e-8 });
    sharp.setParameters(model.parameters());
    const sharper = await sharp.evaluate(black);
    expect(sharper.loss / (16 * Math.LN2) + 8).toBeLessThan(0);
    expect(sharper.bitsPerDimension).toBeGreaterThan(0);
  });

  test('come with several samples and with labels too', async () => {
    const several = modelWith('categorical', { objective: iwae({ samples: 3 }) });
    const one = modelWith('categorical');
    several.setParameters(one.parameters());
    const [a, b] = [await several.evaluate(data), await one.evaluate(data)];
    expect(a.bitsPerDimension).toBeCloseTo(b.bitsPerDimension!, 1);
    const labelled = modelWith('gaussian', { objective: conditional({ classes: 4 }) });
    expect((await labelled.evaluate(data)).bitsPerDimension).toBeGreaterThan(0);
  });

  test("are not there where they would be no bound on the images' own", async () => {
    for (const likelihood of ['bernoulli', 'mse', { type: 'categorical', levels: 8 }] as const) {
      expect(await modelWith(likelihood).evaluate(data)).not.toHaveProperty('bitsPerDimension');
    }
    const continuous = fromArray(floats, smallShape, { name: 'floats' });
    const model = modelWith('gaussian');
    expect(await model.evaluate(continuous)).not.toHaveProperty('bitsPerDimension');
    for (const objective of [waeMmd(), vqVae()]) {
      const each = modelWith('gaussian', { objective, latent: 8 });
      expect(await each.evaluate(data)).not.toHaveProperty('bitsPerDimension');
    }
  });
});

test('channels of colour images each have their numbers', async () => {
  const colour = fromArray(
    new Uint8Array(40 * 48).map((_, i) => (i * 37) % 256),
    [3, 4, 4],
  );
  const model = new VAE({
    input: [3, 4, 4],
    latent: 2,
    encoder: [dense(8, { activation: 'tanh' })],
    decoder: [dense(32), reshape([2, 4, 4]), conv2d(18, { kernel: 3, padding: 'same' })],
    likelihood: { type: 'discretizedLogistic', mixtures: 2 },
  });
  const { epochs } = await model.fit(colour, { epochs: 10 });
  expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss);
  expect((await model.sample(2)).dims).toEqual([2, 3, 4, 4]);
});

test('numbers that are no images are not held in [0, 1]', async () => {
  const values = Float32Array.from({ length: 600 }, (_, i) => 5 + (i % 3) + Math.sin(i));
  const table = fromArray(values, [3], { name: 'table' });
  const model = new VAE({
    input: [3],
    latent: 1,
    encoder: [dense(4, { activation: 'tanh' })],
    decoder: [dense(6)],
    likelihood: { type: 'gaussian', variance: 'pixel' },
  });
  await model.fit(table, { epochs: 200, optimizer: adam({ learningRate: 0.02 }) });
  const images = numbers(await model.reconstruct(table.images));
  const mean = images.reduce((sum, value) => sum + value, 0) / images.length;
  expect(Math.abs(mean - 6)).toBeLessThan(0.3);
});

test('a mean squared error gives no bound on log p(x)', async () => {
  const model = modelWith('mse');
  expect(model.isInNats).toBe(false);
  const line = 'The likelihood mse is no distribution, so there is no bound on log p(x).';
  await expect(model.elbo(data.images)).rejects.toThrow(line);
  await expect(model.logLikelihood(data)).rejects.toThrow(line);
});

describe('wrong options are refused with a clear line', () => {
  test.each([
    [
      { likelihood: { type: 'gaussian', variance: 'pixel' } },
      /^The decoder's output is \[batch, 1, 4, 4\], but the likelihood gaussian asks for \[batch, 2, 4, 4\]\. End the decoder with layers that give it, such as dense\(32\), reshape\(\[2, 4, 4\]\)\.$/,
    ],
    [
      { likelihood: 'gausian' },
      /^VAE\.likelihood: unknown likelihood 'gausian'\. Did you mean 'gaussian'\?$/,
    ],
    [
      { likelihood: { type: 'lapalce' } },
      /^VAE\.likelihood.*: unknown likelihood 'lapalce'\. Did you mean 'laplace'\?$/,
    ],
    [
      { likelihood: { type: 'gaussian', varience: 1 } },
      /^VAE\.likelihood: unknown key 'varience'\. Did you mean 'variance'\?$/,
    ],
    [{ likelihood: { type: 'gaussian', variance: -1 } }, /^VAE\.likelihood\.variance: /],
    [{ likelihood: { type: 'gaussian', variance: 'pixels' } }, /^VAE\.likelihood\.variance: /],
    [{ likelihood: { type: 'categorical', levels: 1 } }, /^VAE\.likelihood\.levels: /],
    [{ likelihood: { type: 'discretizedLogistic', mixtures: 0 } }, /^VAE\.likelihood\.mixtures: /],
  ])('%o', (options, message) => {
    expect(() => smallVAE(options as Parameters<typeof smallVAE>[0])).toThrow(message);
  });
});

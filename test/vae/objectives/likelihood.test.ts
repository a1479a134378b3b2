import { Tensor } from 'onnxruntime-common';
import { beforeAll, describe, expect, test } from 'vitest';
import { fillNormal, randomStream } from '../../../src/base/random.js';
import {
  adam,
  autoencoder,
  betaTcVae,
  conditional,
  iwae,
  type VAE,
  vqVae,
  waeMmd,
} from '../../../src/index.js';
import { take } from '../../fixtures.js';
import { corners, smallVAE } from '../small.js';

const data = corners(40, 5);
const mean = (values: Float32Array) => values.reduce((a, b) => a + b, 0) / values.length;

/** A model with one latent, whose log p(x) is an integral over a line. */
let model: VAE;

beforeAll(async () => {
  model = smallVAE({ latent: 1 });
  await model.fit(corners(256), { epochs: 30, optimizer: adam({ learningRate: 0.01 }) });
});

/** log ∫ p(x | z) p(z) dz by the trapezoid rule. */
async function integrated(images: Tensor): Promise<number[]> {
  const points = 2001;
  const grid = Float32Array.from({ length: points }, (_, i) => -8 + (16 * i) / (points - 1));
  const decoded = await model.decode(new Tensor('float32', grid, [points, 1]));
  const [p, x] = [decoded.data as Float32Array, images.data as Uint8Array];
  return Array.from({ length: images.dims[0]! }, (_, n) => {
    let total = 0;
    for (let i = 0; i < points; i++) {
      let log = -0.5 * (grid[i]! ** 2 + Math.log(2 * Math.PI));
      for (let d = 0; d < 16; d++) {
        const pixel = x[n * 16 + d]! / 255;
        const on = p[i * 16 + d]!;
        log += pixel * Math.log(on) + (1 - pixel) * Math.log1p(-on);
      }
      total += Math.exp(log) * (16 / (points - 1));
    }
    return Math.log(total);
  });
}

describe('log p(x)', () => {
  test('is as integration over the latent gives it', async () => {
    const exact = await integrated(data.images);
    const { mean: estimate, values } = await model.logLikelihood(data, { samples: 2000 });
    expect(values).toHaveLength(40);
    values.forEach((value, i) => {
      expect(Math.abs(value - exact[i]!)).toBeLessThan(0.1);
    });
    expect(estimate).toBeCloseTo(mean(values), 5);
    expect(Math.abs(estimate - mean(Float32Array.from(exact)))).toBeLessThan(0.01);
  });

  test('rises with the samples, from the ELBO', async () => {
    const elbos: number[] = [];
    for (let seed = 0; seed < 60; seed++) {
      elbos.push(mean((await model.elbo(data.images, { seed })).data as Float32Array));
    }
    const elbo = elbos.reduce((a, b) => a + b, 0) / elbos.length;
    const bounds: number[] = [];
    for (const samples of [1, 3, 10, 200]) {
      const seeds = Array.from({ length: samples === 1 ? 60 : 10 }, (_, seed) => seed);
      const estimates: number[] = [];
      for (const seed of seeds) {
        estimates.push((await model.logLikelihood(data, { samples, seed })).mean);
      }
      bounds.push(estimates.reduce((a, b) => a + b, 0) / estimates.length);
    }
    expect(Math.abs(bounds[0]! - elbo)).toBeLessThan(0.05);
    expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
    expect(bounds[3]! - bounds[0]!).toBeGreaterThan(0.01);
  });

  test('is decided by the seed, not by the size of a call', async () => {
    const one = await model.logLikelihood(data, { samples: 5, seed: 4 });
    expect((await model.logLikelihood(data, { samples: 5, seed: 4 })).values).toEqual(one.values);
    expect((await model.logLikelihood(data, { samples: 5, seed: 5 })).values).not.toEqual(
      one.values,
    );
  });

  test('the ELBO of an image unlike the data is low', async () => {
    const noise = Uint8Array.from({ length: 16 }, (_, i) => (i % 2 ? 255 : 0));
    const odd = await model.elbo(new Tensor('uint8', noise, [1, 1, 4, 4]));
    const usual = await model.elbo(data.images);
    expect(usual.dims).toEqual([40]);
    expect((odd.data as Float32Array)[0]!).toBeLessThan(
      Math.min(...(usual.data as Float32Array)) - 1,
    );
  });

  test.each([autoencoder(), waeMmd(), vqVae()])('$type has none', async (objective) => {
    const each = smallVAE({ objective, latent: 8 });
    await expect(each.elbo(data.images)).rejects.toThrow(
      `The objective ${objective.type} has no posterior density`,
    );
    await expect(each.logLikelihood(data)).rejects.toThrow('has no posterior density');
  });

  test('needs a number of samples', async () => {
    await expect(model.logLikelihood(data, { samples: 0 })).rejects.toThrow(
      'samples must be a whole number from 1, not 0.',
    );
  });

  test('of a model that sees labels needs them', async () => {
    const each = smallVAE({ objective: conditional({ classes: 4 }) });
    const { values } = await each.logLikelihood(data, { samples: 3 });
    expect(values.every(Number.isFinite)).toBe(true);
    await expect(each.elbo(data.images)).rejects.toThrow(
      'The model needs the label of each example, 0 to 3. Give { labels }.',
    );
  });
});

const noise = (shape: number[], seed = 0) => {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  fillNormal(randomStream(seed, 'test'), values);
  return new Tensor('float32', values, shape);
};

/** The mean of log q(z | x) − log p(z), with one draw of z an example: its expectation is the KL. */
async function drawnKl(each: VAE, epsilon: Tensor, images: Tensor = data.images): Promise<number> {
  const { mean: center, logVariance } = await each.encode(images);
  const [m, v, e] = [center, logVariance, epsilon].map((tensor) => tensor.data as Float32Array);
  let total = 0;
  for (let i = 0; i < e!.length; i++) {
    const z = m![i]! + Math.exp(v![i]! / 2) * e![i]!;
    total += (z ** 2 - e![i]! ** 2 - v![i]!) / 2;
  }
  return total / epsilon.dims[0]!;
}

describe('IWAE', () => {
  test('with one sample is the negative ELBO, in one draw', async () => {
    const each = smallVAE({ objective: iwae({ samples: 1 }) });
    const epsilon = noise([40, 1, 2]);
    const { loss, reconstruction, kl } = await each.valueAndGradients(data.images, { epsilon });
    const drawn = await drawnKl(each, epsilon.reshape([40, 2]));
    expect(loss).toBeCloseTo(reconstruction + drawn, 4);
    const vae = smallVAE();
    const peer = await vae.valueAndGradients(data.images, { epsilon: epsilon.reshape([40, 2]) });
    expect(reconstruction).toBeCloseTo(peer.reconstruction, 4);
    expect(kl).toBeCloseTo(peer.kl, 4);
    expect(Math.abs(kl - drawn)).toBeGreaterThan(1e-3);
  });

  test('more samples make the bound tighter', async () => {
    const losses: number[] = [];
    for (const samples of [1, 5, 50]) {
      const each = smallVAE({ latent: 1, objective: iwae({ samples }) });
      each.setParameters(model.parameters());
      losses.push((await each.evaluate(data)).loss!);
    }
    expect(losses[0]).toBeGreaterThan(losses[1]!);
    expect(losses[1]).toBeGreaterThan(losses[2]!);
    const { mean: best } = await model.logLikelihood(data, { samples: 1000 });
    expect(Math.abs(losses[2]! + best)).toBeLessThan(0.1);
  });
});

describe('β-TC-VAE', () => {
  const epsilon = noise([40, 2]);

  test('with all factors 1 the parts sum to log q(z | x) − log p(z)', async () => {
    const ones = smallVAE({ objective: betaTcVae({ alpha: 1, beta: 1, gamma: 1 }) });
    const { loss, metrics } = await ones.valueAndGradients(data.images, {
      epsilon,
      datasetSize: 5000,
    });
    const single = smallVAE({ objective: iwae({ samples: 1 }) });
    const peer = await single.valueAndGradients(data.images, {
      epsilon: epsilon.reshape([40, 1, 2]),
    });
    expect(metrics.kl).toBeCloseTo(peer.kl, 4);
    expect(loss).toBeCloseTo(peer.loss, 3);
    const { information, correlation, dimensionKl } = metrics;
    const drawn = await drawnKl(ones, epsilon);
    expect(information! + correlation! + dimensionKl!).toBeCloseTo(drawn, 4);
  });

  test('where every posterior is the same, information and correlation are the size alone', async () => {
    // Minibatch-weighted sampling gives 1/N of the density then: log N for the joint, and for each
    // of the two marginals.
    const same = take(data.images, [0]);
    const copies = new Uint8Array(40 * 16);
    for (let i = 0; i < 40; i++) copies.set(same.data as Uint8Array, i * 16);
    const each = smallVAE({ objective: betaTcVae() });
    const images = new Tensor('uint8', copies, [40, 1, 4, 4]);
    const { metrics } = await each.valueAndGradients(images, { epsilon });
    expect(metrics.information).toBeCloseTo(Math.log(40), 4);
    expect(metrics.correlation).toBeCloseTo(Math.log(40), 4);
    const drawn = await drawnKl(each, epsilon, images);
    expect(metrics.dimensionKl! + 2 * Math.log(40)).toBeCloseTo(drawn, 4);
  });
});

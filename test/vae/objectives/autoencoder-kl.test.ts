import type { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import {
  adam,
  attention,
  autoencoderKl,
  conv2d,
  convTranspose2d,
  dense,
  VAE,
} from '../../../src/index.js';
import { corners, smallShape } from '../small.js';

const values = (tensor: Tensor | undefined) => tensor!.data as Float32Array;
const data = corners(64);
const halve = { kernel: 2, stride: 2 } as const;

const model = (beta = 1): VAE =>
  new VAE({
    input: smallShape,
    latent: 3,
    encoder: [conv2d(8, { ...halve, activation: 'silu' }), attention({ heads: 2, groups: 4 })],
    decoder: [
      attention(),
      convTranspose2d(8, { ...halve, activation: 'silu' }),
      conv2d(1, { kernel: 1 }),
    ],
    objective: autoencoderKl({ beta }),
    seed: 5,
  });

describe('latents with positions', () => {
  test('the KL is the sum over channels and positions', async () => {
    const vae = model();
    const { mean, logVariance } = await vae.encode(data.images);
    expect(mean.dims).toEqual([64, 3, 2, 2]);
    const [means, logs] = [values(mean), values(logVariance)];
    const nats = means.map((m, i) => (m * m + Math.exp(logs[i]!) - 1 - logs[i]!) / 2);
    const { kl } = await vae.evaluate(data);
    expect(kl).toBeCloseTo(nats.reduce((sum, each) => sum + each, 0) / 64, 3);
    const { klPerLatent } = await vae.health(data);
    expect(klPerLatent.length).toBe(3);
    expect(klPerLatent.reduce((sum, each) => sum + each, 0)).toBeCloseTo(kl!, 3);
    await vae.release();
  });

  test('train, draw, and have a bound on the evidence', async () => {
    const vae = model(0.1);
    const before = await vae.evaluate(data);
    await vae.fit(data, { epochs: 25, optimizer: adam({ learningRate: 0.01 }) });
    const after = await vae.evaluate(data);
    expect(after.loss).toBeLessThan(before.loss! - 2);
    expect((await vae.sample(4)).dims).toEqual([4, ...smallShape]);
    const { mean } = await vae.logLikelihood(data, { samples: 50 });
    const bounds = values(await vae.elbo(data.images));
    expect(mean).toBeGreaterThan(bounds.reduce((sum, each) => sum + each, 0) / 64 + 0.1);
    const { mean: z } = await vae.encode(data.images);
    expect(values(await vae.decode(z))).toEqual(values(await vae.reconstruct(data.images)));
    await vae.release();
  });

  test('an encoder without positions is refused', () => {
    const flat = { input: smallShape, latent: 3, encoder: [dense(8)], decoder: [dense(16)] };
    expect(() => new VAE({ ...flat, objective: autoencoderKl() })).toThrow(
      "The encoder's output is [batch, 8], but latents with positions need [batch, channels, ...positions]. End the encoder with a layer that gives them, such as conv2d.",
    );
  });
});

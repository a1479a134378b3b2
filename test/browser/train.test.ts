import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dense, reshape, VAE } from '../../src/index.js';
import { corners, smallShape } from '../vae/small.js';
import { chromiumPath, type OpenPage, openPage, skipReason } from './chromium.js';

describe.skipIf(!chromiumPath)(`in Chromium${skipReason}`, () => {
  let opened: OpenPage;

  beforeAll(async () => {
    opened = await openPage();
  }, 120_000);

  afterAll(() => opened?.close());

  test('is cross-origin isolated, so that the runtime may use threads', async () => {
    expect(await opened.page.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  test('trains to the losses and images that Node gives', async () => {
    const data = corners(96);
    const settings = { epochs: 5, batchSize: 8, stepsPerCall: 7 };
    const pixels = Array.from(data.images.data as Uint8Array);
    const inBrowser = await opened.page.evaluate(
      async ({ pixels, shape, settings }) => {
        const { VAE, dense, reshape, datasets } = window.vaekit;
        const vae = new VAE({
          input: shape,
          latent: 2,
          encoder: [dense(8, { activation: 'tanh' })],
          decoder: [dense(16), reshape(shape)],
          seed: 3,
        });
        const data = datasets.fromArray(Uint8Array.from(pixels), shape);
        const history = await vae.fit(data, { ...settings, validation: data });
        const images = await vae.reconstruct(data.images);
        return {
          losses: history.epochs.map(({ loss, val_loss }) => [loss!, val_loss!]),
          images: Array.from(images.data as Float32Array),
        };
      },
      { pixels, shape: smallShape, settings },
    );
    const vae = new VAE({
      input: smallShape,
      latent: 2,
      encoder: [dense(8, { activation: 'tanh' })],
      decoder: [dense(16), reshape(smallShape)],
      seed: 3,
    });
    const history = await vae.fit(data, { ...settings, validation: data });
    history.epochs.forEach(({ loss, val_loss }, epoch) => {
      expect(inBrowser.losses[epoch]![0]).toBeCloseTo(loss!, 3);
      expect(inBrowser.losses[epoch]![1]).toBeCloseTo(val_loss!, 3);
    });
    const images = (await vae.reconstruct(data.images)).data as Float32Array;
    expect(inBrowser.images).toHaveLength(images.length);
    inBrowser.images.forEach((value, i) => {
      expect(value).toBeCloseTo(images[i]!, 4);
    });
    await vae.release();
  });

  test('asks for nothing outside of its own origin', () => {
    expect(opened.foreignRequests).toEqual([]);
  });
});

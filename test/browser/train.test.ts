import { Tensor } from 'onnxruntime-common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as library from '../../src/index.js';
import { corners, smallShape } from '../vae/small.js';
import { chromiumPath, type OpenPage, openPage, skipReason } from './chromium.js';

const { dense, reshape, VAE } = library;

type Library = typeof library;

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

  test('decodes as Node does with batch normalization and dropout', async () => {
    const build = ({ VAE, batchNorm, conv2d, convTranspose2d, dense, dropout, reshape }: Library) =>
      new VAE({
        input: [1, 4, 4],
        latent: 2,
        encoder: [conv2d(4, { padding: 'same' }), batchNorm(), dense(8, { activation: 'relu' })],
        decoder: [
          dense(16),
          batchNorm(),
          dropout(0.3),
          reshape([4, 2, 2]),
          convTranspose2d(1, { kernel: 2, stride: 2 }),
        ],
        seed: 4,
      });
    const vae = build(library);
    await vae.fit(corners(96), { epochs: 3, batchSize: 16 });
    const z = new Tensor('float32', [0, 0, 1, -1, -0.5, 2], [3, 2]);
    const images = (await vae.decode(z)).data as Float32Array;
    const parameters = Object.entries(vae.parameters()).map(([name, { data, dims }]) => ({
      name,
      values: Array.from(data as Float32Array),
      dims: [...dims],
    }));
    const inBrowser = await opened.page.evaluate(
      async ({ source, parameters, z }) => {
        const built = new Function('library', `return (${source})(library)`)(window.vaekit);
        const { Tensor } = window.vaekit;
        const again = built as InstanceType<Library['VAE']>;
        again.setParameters(
          Object.fromEntries(
            parameters.map(({ name, values, dims }) => [name, new Tensor('float32', values, dims)]),
          ),
        );
        const images = await again.decode(new Tensor('float32', z, [3, 2]));
        return Array.from(images.data as Float32Array);
      },
      { source: build.toString(), parameters, z: Array.from(z.data as Float32Array) },
    );
    expect(new Set(images).size).toBeGreaterThan(3);
    inBrowser.forEach((value, i) => {
      expect(value).toBeCloseTo(images[i]!, 5);
    });
    await vae.release();
  });

  test('asks for nothing outside of its own origin', () => {
    expect(opened.foreignRequests).toEqual([]);
  });
});

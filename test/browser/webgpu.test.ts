import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dense, reshape, VAE } from '../../src/index.js';
import { corners, smallShape } from '../vae/small.js';
import { column } from '../vae/tables.js';
import { chromiumPath, type OpenPage, openPage, skipReason, softwareWebGpu } from './chromium.js';

describe.skipIf(!chromiumPath)(`in Chromium with WebGPU in software${skipReason}`, () => {
  let opened: OpenPage;

  beforeAll(async () => {
    opened = await openPage(softwareWebGpu);
  }, 120_000);

  afterAll(() => opened?.close());

  test('trains to the losses that Node gives on the processor', {
    timeout: 240_000,
  }, async (context) => {
    const hasAdapter = await opened.page.evaluate(async () => {
      const { gpu } = navigator as unknown as { gpu?: { requestAdapter(): Promise<unknown> } };
      return Boolean(await gpu?.requestAdapter());
    });
    if (!hasAdapter) context.skip('this Chromium has no WebGPU adapter in software');
    const data = corners(64);
    const settings = { epochs: 2, batchSize: 16, stepsPerCall: 2 };
    const losses = await opened.page.evaluate(
      async ({ pixels, shape, settings }) => {
        const { VAE, dense, reshape, datasets } = window.vaekit;
        const vae = new VAE({
          input: shape,
          latent: 2,
          encoder: [],
          decoder: [dense(16), reshape(shape)],
          seed: 3,
        });
        const data = datasets.fromArray(Uint8Array.from(pixels), shape);
        const history = await vae.fit(data, { ...settings, device: 'webgpu' });
        await vae.release();
        return history.epochs.map(({ loss }) => loss);
      },
      { pixels: Array.from(data.images.data as Uint8Array), shape: smallShape, settings },
    );
    const vae = new VAE({
      input: smallShape,
      latent: 2,
      encoder: [],
      decoder: [dense(16), reshape(smallShape)],
      seed: 3,
    });
    const { epochs } = await vae.fit(data, settings);
    epochs.forEach(({ loss }, epoch) => {
      expect(losses[epoch]).toBeCloseTo(loss, 3);
    });
    await vae.release();
  });

  test('refuses in one line columns whose densities are float64', async () => {
    const events = column('events', 'count', { likelihood: 'poisson' });
    const message = await opened.page.evaluate(async (events) => {
      const { VAE, dense, datasets } = window.vaekit;
      const vae = new VAE({
        input: [1],
        latent: 2,
        example: { kind: 'table', columns: [events] },
        encoder: [],
        decoder: [dense(1)],
        likelihood: 'table',
      });
      const table = { table: [events], columns: [events] };
      const rows = datasets.fromArray(Float32Array.of(1, 2, 3, 4), [1], table);
      return vae.fit(rows, { epochs: 1, batchSize: 2, device: 'webgpu' }).then(
        () => '',
        (error: Error) => error.message,
      );
    }, events);
    expect(message).toBe(
      'likelihood computes in float64, which the device webgpu does not. Use the device cpu.',
    );
  });

  test('says so where there is no adapter', async () => {
    const bare = await openPage();
    const message = await bare.page.evaluate(async () => {
      const { VAE, dense, reshape, datasets } = window.vaekit;
      const vae = new VAE({
        input: [1, 2, 2],
        latent: 2,
        encoder: [],
        decoder: [dense(4), reshape([1, 2, 2])],
      });
      const data = datasets.fromArray(new Uint8Array(64), [1, 2, 2]);
      return vae.fit(data, { epochs: 1, batchSize: 8, device: 'webgpu' }).then(
        () => '',
        (error: Error) => error.message,
      );
    });
    await bare.close();
    expect(message).toMatch(/^The device webgpu has no adapter here: .* Use the device cpu\.$/);
  });
});

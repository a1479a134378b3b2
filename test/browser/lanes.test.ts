import { expect, test, vi } from 'vitest';
import { chromiumPath, openPage, skipReason } from './chromium.js';

test.skipIf(!chromiumPath)(
  `workers that compute microbatches in Chromium give the bits of one thread, and end${skipReason}`,
  async () => {
    const { page, close } = await openPage();
    let started = 0;
    let ended = 0;
    page.on('worker', (worker) => {
      if (!worker.url().includes('lane-worker')) return;
      started += 1;
      worker.on('close', () => {
        ended += 1;
      });
    });
    /** Losses and parameters after two epochs of two batches, each of several microbatches. */
    const trained = (threads: number) =>
      page.evaluate(async (threads) => {
        const { VAE, adam, conv2d, datasets, dense, flatten, reshape } = window.vaekit;
        const input = [1, 24, 24];
        const vae = new VAE({
          input,
          latent: 2,
          encoder: [conv2d(16, { activation: 'relu' }), flatten(), dense(8)],
          decoder: [dense(24 * 24), reshape(input)],
          seed: 5,
        });
        const pixels = Uint8Array.from({ length: 600 * 24 * 24 }, (_, i) => (i * i) % 251);
        const { epochs } = await vae.fit(datasets.fromArray(pixels, input), {
          epochs: 2,
          batchSize: 400,
          optimizer: adam(),
          threads,
        });
        const parameters = Object.entries(vae.parameters());
        return {
          losses: epochs.map(({ loss }) => loss),
          parameters: parameters.map(([name, { data }]) => [name, [...(data as Float32Array)]]),
        };
      }, threads);
    try {
      const one = await trained(1);
      expect(started).toBe(0);
      expect(await trained(2)).toEqual(one);
      expect(started).toBe(2);
      await vi.waitFor(() => expect(ended).toBe(2));
    } finally {
      await close();
    }
  },
  120_000,
);

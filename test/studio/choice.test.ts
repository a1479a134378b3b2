import { Tensor } from 'onnxruntime-common';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { encodeNpy } from '../../src/data/codecs/npy.js';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { field, give, ownImages, planned } from './controls.js';
import { openStudio } from './open.js';

/** A file of blank colour pictures. */
const colour = (name: string, count: number, side: number) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(
    encodeNpy(new Tensor('uint8', new Uint8Array(count * 3 * side * side), [count, 3, side, side])),
  ),
});

/**
 * The latents that are shown in the very moment when a sentence turns up, which no wait of a test's
 * own can see.
 */
async function latentsWith(page: Page, sentence: string, act: () => Promise<void>) {
  const latents = await field(page, 'Latents').elementHandle();
  const seen = page.evaluate(
    ([latents, sentence]) =>
      new Promise<string>((resolve) => {
        const observer = new MutationObserver(() => {
          if (!document.body.innerText.includes(sentence as string)) return;
          observer.disconnect();
          resolve((latents as HTMLInputElement).value);
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
    [latents, sentence] as const,
  );
  await act();
  return seen;
}

test.skipIf(!chromiumPath)(
  `the network follows the data until the user chooses one${skipReason}`,
  async () => {
    const { page, close, errors } = await openStudio();
    try {
      const chosen = (text: string) => page.getByText(`Chosen for ${text}`).waitFor();
      const shows = async (network: string, latents: string, likelihood: string) => {
        expect(await field(page, 'Network').inputValue()).toBe(network);
        expect(await field(page, 'Latents').inputValue()).toBe(latents);
        expect(await field(page, 'Likelihood').inputValue()).toBe(likelihood);
      };
      await chosen('MNIST');
      await shows('mlp', '16', 'bernoulli');
      await give(page, colour('photos.npy', 40, 64));
      await chosen('colour pictures of 64 × 64.');
      await shows('resnet', '32', 'gaussian');
      if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
      const sentence = 'Chosen for small gray pictures of 8 × 8.';
      expect(await latentsWith(page, sentence, () => give(page, ownImages))).toBe('16');
      await shows('mlp', '16', 'bernoulli');
      await field(page, 'Network').selectOption('dense');
      await page.getByText('Chosen for').waitFor({ state: 'detached' });
      await give(page, colour('more.npy', 40, 32));
      await page.locator('.own-data [role=status]').filter({ hasText: 'more' }).waitFor();
      // Waits for the plan of the new data, as the fields show the old one until then.
      await planned(page);
      await shows('dense', '2', 'bernoulli');
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  },
);

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dense, reshape, Tensor, VAE } from '../../src/index.js';
import { chromiumPath, type OpenPage, openPage, skipReason } from './chromium.js';

describe.skipIf(!chromiumPath)(`the guide's page${skipReason}`, () => {
  let opened: OpenPage;

  beforeAll(async () => {
    opened = await openPage();
  }, 120_000);

  afterAll(() => opened?.close());

  test('draws the picture that decoder.onnx makes of a latent, without vaekit', async () => {
    const guide = await readFile(
      new URL('../../docs/guides/export-onnx.md', import.meta.url),
      'utf8',
    );
    const [, snippet] = /```js\n(.*?)```/s.exec(guide)!;
    const vae = new VAE({
      input: [1, 28, 28],
      latent: 2,
      encoder: [],
      decoder: [dense(784), reshape([1, 28, 28])],
    });
    const decoder = vae.exportDecoder();
    const { page } = opened;
    await page.route('**/decoder.onnx', (route) => route.fulfill({ body: Buffer.from(decoder) }));
    // A bundler finds the package in a page of one's own.
    const code = snippet!.replace("'onnxruntime-web'", "'/onnxruntime.ts'");
    expect(code).not.toBe(snippet);
    await page.evaluate(() => {
      document.body.append(Object.assign(document.createElement('canvas'), { id: 'drawn' }));
    });
    await page.addScriptTag({ type: 'module', content: code });
    const read = () =>
      page.evaluate(() => {
        const canvas = document.querySelector('canvas')!;
        return Array.from(canvas.getContext('2d')!.getImageData(0, 0, 28, 28).data);
      });
    await expect.poll(async () => (await read())[3], { timeout: 20_000 }).toBe(255);
    const drawn = (await read()).filter((_, i) => i % 4 === 0);
    const z = new Tensor('float32', [0.5, -1], [1, 2]);
    const expected = (await vae.decode(z)).data as Float32Array;
    expect(drawn.length).toBe(784);
    for (const [i, value] of drawn.entries()) {
      expect(Math.abs(value - 255 * expected[i]!)).toBeLessThan(0.51);
    }
    expect(new Set(drawn).size).toBeGreaterThan(10);
    expect(opened.foreignRequests).toEqual([]);
  });
});

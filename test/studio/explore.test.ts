import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asModelSees, asValidated } from '../../src/data/changes/seen.js';
import { take } from '../../src/data/changes/split.js';
import { decodeNpy, encodeNpy } from '../../src/data/codecs/npy.js';
import { readRange } from '../../src/data/dataset.js';
import { mnist } from '../../src/data/published/mnist.js';
import { datasets, dense, reshape, Tensor, VAE } from '../../src/index.js';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { emptyFolder, quarters, vaekit } from '../cli/process.js';
import { faultsInBothThemes, ownImages } from './controls.js';
import { type OpenStudio, openStudio } from './open.js';

declare global {
  interface Window {
    decodes: number[];
  }
}

/** A canvas's pixels, red alone. */
function pixels(page: Page, selector: string): Promise<number[]> {
  return page.locator(selector).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from(data.filter((_, i) => i % 4 === 0));
  });
}

/** A short stand-in for a canvas's pixels, made in the page: a map has many. */
function digest(page: Page, selector: string): Promise<number> {
  return page.locator(selector).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return new Uint32Array(data.buffer).reduce((hash, v) => Math.imul(hash ^ v, 0x01000193), 1);
  });
}

/** A place of the map on which a point is drawn, in CSS pixels; its corner where none is yet. */
function aPoint(page: Page): Promise<[x: number, y: number]> {
  return page.locator('.map > canvas:nth-of-type(2)').evaluate((element) => {
    const { width, height, clientWidth } = element as HTMLCanvasElement;
    const context = (element as HTMLCanvasElement).getContext('2d')!;
    const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
    const drawn = Array.from(pixels.keys()).filter((i) => pixels[i] !== 0);
    const middle = drawn[Math.floor(drawn.length / 2)] ?? 0;
    const scale = clientWidth / width;
    return [(middle % width) * scale, Math.floor(middle / width) * scale];
  });
}

const decoded = (page: Page) => pixels(page, '[data-decoded]');
const tab = (page: Page, name: string) => page.getByRole('tab', { name }).click();
const place = (page: Page) => page.locator('[data-place]').innerText();

/** Number of times that Explore is opened; `RELOADS=60` for more. */
const reloads = Number(process.env.RELOADS ?? 9);

describe.skipIf(!chromiumPath)(`exploring and comparing in the studio${skipReason}`, () => {
  let folder: string;
  let opened: OpenStudio;
  let page: Page;

  beforeAll(async () => {
    folder = await emptyFolder();
    const { test } = await mnist();
    for (const [name, latent] of [
      ['two', 2],
      ['five', 5],
    ] as const) {
      const vae = new VAE({
        input: [1, 28, 28],
        latent,
        encoder: [dense(32, { activation: 'relu' })],
        decoder: [dense(32, { activation: 'relu' }), dense(784), reshape([1, 28, 28])],
      });
      const validation = take(test, 500);
      const { epochs } = await vae.fit(take(test, 2000), { epochs: 2, validation });
      const run = await vae.save(join(folder, 'runs', name), { data: 'mnist' });
      const lines = epochs.map((each) => `${JSON.stringify(each)}\n`);
      await run.write('metrics.jsonl', lines.join(''));
      await vae.release();
    }
    opened = await openStudio({ path: join(folder, 'runs'), at: '#/explore/served%3Atwo' });
    page = opened.page;
    await page.locator('.legend').waitFor({ timeout: 30_000 });
  }, 120_000);

  afterAll(() => opened?.close());

  test('decodes the point dragged over, within a frame', async () => {
    await page.evaluate(() => {
      window.decodes = [];
      new PerformanceObserver((list) => {
        window.decodes.push(...list.getEntriesByName('decode').map(({ duration }) => duration));
      }).observe({ type: 'measure' });
    });
    const map = (await page.locator('.map').boundingBox())!;
    const [x, y] = [map.x + map.width / 2, map.y + map.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let i = 1; i <= 20; i++) {
      const before = String(await decoded(page));
      await page.mouse.move(x + 8 * i, y - 6 * i);
      await expect.poll(() => decoded(page).then(String), { interval: 10 }).not.toBe(before);
    }
    await page.mouse.up();
    const decodes = () => page.evaluate(() => window.decodes);
    await expect.poll(async () => (await decodes()).length).toBeGreaterThanOrEqual(20);
    // Other work of the machine makes some late, so the fastest quarter is compared.
    const times = (await decodes()).sort((a, b) => a - b);
    expect(times[times.length >> 2]).toBeLessThan(16);
  });

  test('decodes the same there as the library', async () => {
    const vae = await VAE.load(join(folder, 'runs/two'));
    const number = (text: string) => Number(text.replace('−', '-'));
    const farthest = async () => {
      const [, first, second] = /z₁ (\S+), z₂ (\S+)/.exec(await place(page))!;
      const z = new Tensor('float32', [number(first!), number(second!)], [1, 2]);
      const expected = (await vae.decode(z)).data as Float32Array;
      const shown = await decoded(page);
      expect(shown).toHaveLength(784);
      return Math.max(...shown.map((value, i) => Math.abs(value / 255 - expected[i]!)));
    };
    // The place is shown in five digits, the image in 256 grays.
    await expect.poll(farthest).toBeLessThan(0.004);
    await vae.release();
  });

  test('is walked by keys, and moved and zoomed', async () => {
    const before = [await place(page), String(await decoded(page))];
    await page.locator('.map').focus();
    for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowLeft');
    await expect.poll(() => place(page)).not.toBe(before[0]);
    await expect.poll(async () => String(await decoded(page))).not.toBe(before[1]);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
    const stands = await place(page);
    const points = () => digest(page, '.map > canvas:nth-child(2)');
    const drawn = await points();
    await page.keyboard.press('+');
    await expect.poll(points).not.toBe(drawn);
    await page.keyboard.press('Shift+ArrowUp');
    await page.keyboard.press('0');
    await expect.poll(points).toBe(drawn);
    expect(await place(page)).toBe(stands);
  });

  test('shows 10,000 points in the colours of their classes, and the image under the pointer', async () => {
    const colours = await page.locator('.map > canvas:nth-child(2)').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const count: Record<string, number> = {};
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] === 255) {
          const key = `${data[i]} ${data[i + 1]} ${data[i + 2]}`;
          count[key] = (count[key] ?? 0) + 1;
        }
      }
      return Object.values(count).filter((pixels) => pixels > 200).length;
    });
    expect(colours).toBeGreaterThanOrEqual(10);
    const map = (await page.locator('.map').boundingBox())!;
    for (let i = 0; i < 40 && !(await page.locator('.map-hover').isVisible()); i++) {
      await page.mouse.move(map.x + map.width * (0.3 + i * 0.01), map.y + map.height / 2);
    }
    await expect.poll(() => page.locator('.map-hover').innerText()).toMatch(/^\d\s*#\d+$/);
  });

  test('draws the posterior of a drawing, its reconstruction and its ELBO', async () => {
    const overlay = () => digest(page, '.map > canvas:nth-child(3)');
    const before = await overlay();
    const pad = (await page.locator('.pad canvas').boundingBox())!;
    await page.mouse.move(pad.x + pad.width / 2, pad.y + pad.height * 0.2);
    await page.mouse.down();
    const score = () => page.locator('[data-score]').innerText();
    // The drawing is encoded while one draws, not at the end alone.
    for (let stretch = 0; stretch < 4; stretch++) {
      const last = await score();
      for (let i = 1; i <= 5; i++) {
        const down = 0.2 + 0.15 * stretch + 0.03 * i;
        await page.mouse.move(pad.x + pad.width / 2, pad.y + pad.height * down);
      }
      await expect.poll(score).not.toBe(last);
      expect(await score()).toMatch(/^−\d+(\.\d+)?\snats$/);
    }
    await page.mouse.up();
    await expect.poll(overlay).not.toBe(before);
    // Blue as the ellipses are, which nothing else on that layer is.
    const blue = () =>
      page.locator('.map > canvas:nth-child(3)').evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let i = 0; i < data.length; i += 4) {
          if (data[i] === 0x7f && data[i + 1] === 0xd0 && data[i + 2] === 0xff) count++;
        }
        return count;
      });
    await expect.poll(blue).toBeGreaterThan(30);
    const reconstruction = '.draw-result figure:nth-child(2) canvas';
    await expect
      .poll(async () => new Set(await pixels(page, reconstruction)).size)
      .toBeGreaterThan(20);
  });

  test('goes a path, draws from the prior, and finds the strangest images', async () => {
    await tab(page, 'Path');
    const strip = await pixels(page, '.strip');
    await page.getByRole('button', { name: 'Two others' }).click();
    await expect.poll(() => pixels(page, '.strip').then(String)).not.toBe(String(strip));
    await tab(page, 'Samples');
    const samples = await pixels(page, '.samples');
    await page.getByRole('button', { name: 'Draw others' }).click();
    await expect.poll(() => pixels(page, '.samples').then(String)).not.toBe(String(samples));
    const others = await pixels(page, '.samples');
    await page.getByText('Other samplers').click();
    await page.getByLabel('Sampler', { exact: true }).selectOption('gaussianMixture');
    await page.getByLabel('Components', { exact: true }).fill('3');
    await page.getByRole('button', { name: 'Fit to the training data' }).click();
    await page.getByText('Fitted to the latents of 10,000 examples.').waitFor({ timeout: 60_000 });
    await expect.poll(() => pixels(page, '.samples').then(String)).not.toBe(String(others));
    await tab(page, 'Anomalies');
    await page.locator('.worst li').nth(11).waitFor({ timeout: 30_000 });
    const nats = (await page.locator('.worst li').allInnerTexts()).map((text) =>
      Number(/(−[\d.]+)\snats/.exec(text)![1]!.replace('−', '-')),
    );
    expect(nats).toEqual([...nats].sort((a, b) => a - b));
    await page.locator('.worst button').first().click();
    await page.locator('.map-inset figure').nth(1).waitFor();
  });

  test('shows more than two latents by components, axes and sliders', async () => {
    const choice = (title: string) =>
      page.locator('.explore-bar label').filter({ hasText: title }).locator('select');
    await choice('Run').selectOption('served:five');
    const map = choice('Map of');
    await expect.poll(() => map.inputValue(), { timeout: 30_000 }).toBe('components');
    await tab(page, 'Latents');
    await page.locator('.slider-kl').nth(4).waitFor({ timeout: 30_000 });
    const kl = (await page.locator('.slider-kl').allInnerTexts()).map(
      (text) => Number.parseFloat(text) || 0,
    );
    expect(kl).toEqual([...kl].sort((a, b) => b - a));
    const before = String(await decoded(page));
    await page.locator('.sliders input').first().focus();
    for (let i = 0; i < 30; i++) await page.keyboard.press('ArrowRight');
    await expect.poll(async () => String(await decoded(page))).not.toBe(before);
    await map.selectOption('latents');
    await expect.poll(() => place(page)).toMatch(/^z/);
  });

  test('has no serious accessibility fault in any tab, light and dark', async () => {
    for (const name of ['Draw', 'Path', 'Latents', 'Samples', 'Anomalies']) {
      await tab(page, name);
      expect([name, ...(await faultsInBothThemes(page))]).toEqual([name]);
    }
  });

  test('compares runs, and reconstructs as the command line does', async () => {
    await page.getByRole('link', { name: 'Compare' }).click();
    await page.locator('.made-row').nth(1).getByRole('button').waitFor({ timeout: 30_000 });
    const { test } = await mnist();
    const shown = datasets.ofEachClass(test, 12);
    expect(Array.from(shown.labels!)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 5]);
    const images = await readRange(shown, 0, 12);
    for (const name of ['two', 'five']) {
      const [saved] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: `Save .npy of ${name}` }).click(),
      ]);
      const made = decodeNpy(await readFile(await saved.path()), 'saved.npy');
      const vae = await VAE.load(join(folder, 'runs', name));
      const expected = (await vae.reconstruct(images)).data as Float32Array;
      expect(made.dims).toEqual([12, 1, 28, 28]);
      const far = (made.data as Float32Array).reduce(
        (most, value, i) => Math.max(most, Math.abs(value - expected[i]!)),
        0,
      );
      expect(far).toBeLessThan(1e-4);
      await vae.release();
    }
    await expect
      .poll(() => page.locator('[data-row=elbo] td').allInnerTexts(), { timeout: 30_000 })
      .toEqual([expect.stringMatching(/^−\d+.*\snats$/), expect.stringMatching(/^−\d+.*\snats$/)]);
    expect(await page.locator('.chart canvas').count()).toBe(1);
    expect(await faultsInBothThemes(page)).toEqual([]);
  });

  test('tells of a run that is not there', async () => {
    await page.goto(`${opened.studio.address.replace(/#.*$/, '')}#/explore/served%3Anone`);
    await expect
      .poll(() => page.getByRole('alert').innerText())
      .toMatch(/There is no run none .*config\.json/);
  });

  test('takes the data of a run as its training read it', async () => {
    const file = join(folder, ownImages.name);
    await writeFile(file, ownImages.buffer);
    const { code, stderr } = await vaekit(
      folder,
      ...['train', '--data', file, '--out', 'runs/own', '--epochs', '1'],
      ...['--binarize', 'static', '--augment', 'crop=6x6'],
    );
    expect(code, stderr).toBe(0);
    await page.goto(`${opened.studio.address.replace(/#.*$/, '')}#/explore/served%3Aown`);
    await page.getByText(/The page cannot read .*quarters\.npy/).waitFor();
    await page.locator('.drop input[type=file]').first().setInputFiles(ownImages);
    await tab(page, 'Anomalies');
    const worst = page.locator('.worst li').first();
    const nats = Number(/−([\d.]+)\snats/.exec(await worst.innerText())![1]);
    expect(await pixels(page, '.worst li:first-child canvas >> nth=0')).toHaveLength(36);
    const vae = await VAE.load(join(folder, 'runs/own'));
    const { train } = await datasets.openDataset(file);
    const seen = asValidated(asModelSees(train, { crop: [6, 6] }), 'static', vae.config.seed);
    let least = 0;
    for (let start = 0; start < 600; start += 250) {
      const images = await readRange(seen, start, Math.min(600, start + 250));
      least = Math.min(least, ...((await vae.elbo(images)).data as Float32Array));
    }
    await vae.release();
    expect(Math.abs(nats + least)).toBeLessThan(0.01);
  });

  test('names an image under the pointer by its place in data of which not all is shown', async () => {
    const { images } = quarters(12_000, 2);
    const file = encodeNpy(new Tensor('uint8', images, [12_000, 8, 8]));
    await page.goto(`${opened.studio.address.replace(/#.*$/, '')}#/explore/served%3Aown`);
    await page.reload();
    await page.getByText(/The page cannot read .*quarters\.npy/).waitFor();
    await page
      .locator('.drop input[type=file]')
      .first()
      .setInputFiles({
        name: 'many.npy',
        mimeType: 'application/octet-stream',
        buffer: Buffer.from(file),
      });
    await page.locator('.map-inset canvas').nth(1).waitFor({ timeout: 30_000 });
    const map = (await page.locator('.map').boundingBox())!;
    const hover = page.locator('.map-hover');
    await expect
      .poll(async () => {
        const [x, y] = await aPoint(page);
        await page.mouse.move(map.x + x, map.y + y);
        return hover.isVisible();
      })
      .toBe(true);
    const place = /\d+/.exec((await hover.locator('canvas').getAttribute('aria-label'))!)![0];
    expect(await hover.innerText()).toContain(`#${place}`);
  });

  test('tells of a damaged run, and compares the others', async () => {
    const [two, broken] = ['runs/two', 'runs/broken'].map((path) => join(folder, path));
    await cp(two!, broken!, { recursive: true });
    const parameters = join(broken!, 'parameters.safetensors');
    await writeFile(parameters, (await readFile(parameters)).subarray(0, 500));
    const at = (hash: string) => page.goto(opened.studio.address.replace(/#.*$/, '') + hash);
    const alert = () => page.getByRole('alert').innerText();
    await at('#/explore/served%3Abroken');
    await expect.poll(alert).toMatch(/broken\/parameters\.safetensors/);
    await at('#/compare/served%3Abroken/served%3Atwo');
    await expect.poll(alert).toMatch(/broken.*parameters\.safetensors/);
    await page.getByRole('button', { name: 'Save .npy of two' }).waitFor();
    await writeFile(join(broken!, 'config.json'), '{"model": {');
    await at('#/explore/served%3Abroken');
    await expect.poll(alert).toMatch(/broken\/config\.json/);
  });

  test('opens again and again, whatever is still being computed', async () => {
    // Requests meanwhile wait for the runtime, and then begin at one time.
    let delay = 0;
    await page.context().route('**/*.wasm', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, delay));
      await route.continue().catch(() => undefined);
    });
    await page.goto(`${opened.studio.address.replace(/#.*$/, '')}#/explore/served%3Afive`);
    for (let i = 0; i < reloads; i++) {
      delay = 700 + 110 * (i % 10);
      await page.reload();
      await page.locator('.map').waitFor();
      // Some pages are left while they load.
      if (i % 5 === 4) continue;
      await page.locator('.legend, .notice').first().waitFor();
      expect(await page.locator('.notice').allInnerTexts()).toEqual([]);
    }
    await page.context().unroute('**/*.wasm');
  }, 180_000);

  test('asks for nothing outside of its own origin, and nothing else goes wrong', () => {
    expect(opened.foreignRequests).toEqual([]);
    expect(opened.errors.filter((message) => !/404/.test(message))).toEqual([]);
  });
});

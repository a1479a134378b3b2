import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { split } from '../../src/data/changes/split.js';
import { decodeNpy } from '../../src/data/codecs/npy.js';
import { readRange } from '../../src/data/dataset.js';
import { datasets } from '../../src/index.js';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { emptyFolder } from '../cli/process.js';
import { faultsInBothThemes, ownImages, trainOwnImages, waitFor } from './controls.js';
import { openStudio } from './open.js';
import { writeSmallRun } from './small-run.js';

test.skipIf(!chromiumPath)(
  `images that a model is not trained on are none of its training, and settings are compared${skipReason}`,
  async () => {
    const folder = await emptyFolder();
    await writeSmallRun(folder, 'small', { beta: 3 });
    await writeSmallRun(folder, 'a-run-of-a-very-long-name', { beta: 1, latent: 3 });
    const judged = { data: 'quarters', part: 'test', examples: 60, samples: 9, seed: 1 };
    const figures = { 'frechet/raw': { value: 1.25 }, elbo: { value: -20.5, error: 0.25 } };
    const judgement = JSON.stringify({ ...judged, figures });
    await writeFile(join(folder, 'runs', 'small', 'judge.json'), judgement);
    const { page, errors, close } = await openStudio({ path: join(folder, 'runs') });
    /** Rows of gray values of a strip of images, as texts. */
    const imagesOf = (selector: string) =>
      page.locator(selector).evaluate((element) => {
        const { width, height } = element as HTMLCanvasElement;
        const context = (element as HTMLCanvasElement).getContext('2d')!;
        return Array.from({ length: width / height }, (_, i) => {
          const { data } = context.getImageData(i * height, 0, height, height);
          return String(data.filter((_, at) => at % 4 === 0));
        });
      });
    try {
      await trainOwnImages(page, 2);
      await waitFor(page, 'done');
      const { data } = decodeNpy(ownImages.buffer, ownImages.name);
      const all = datasets.fromArray(data as Uint8Array, [1, 8, 8], { name: 'all' });
      const { validation } = split(all, 0.1, 42);
      const { data: held } = await readRange(validation, 0, validation.size);
      const kept = new Set(
        Array.from({ length: validation.size }, (_, i) =>
          String((held as Uint8Array).subarray(64 * i, 64 * (i + 1))),
        ),
      );
      expect(kept.size).toBe(60);
      await page.getByText('The model is not trained on these examples.').waitFor();
      const shown = await imagesOf('.reconstructions canvas >> nth=0');
      expect(shown.filter((image) => !kept.has(image))).toEqual([]);

      await page.getByRole('link', { name: 'Compare' }).click();
      for (const name of ['small', 'a-run-of-a-very-long-name']) {
        const box = page.getByRole('checkbox', { name });
        if (!(await box.isChecked())) await box.click();
      }
      await page.getByRole('heading', { name: /, validation images$/ }).waitFor();
      const compared = await imagesOf('.made-rows canvas >> nth=0');
      expect(compared).toHaveLength(12);
      expect(compared.filter((image) => !kept.has(image))).toEqual([]);

      const row = (name: string) => page.locator(`[data-row="${name}"] td`).allInnerTexts();
      await expect.poll(() => row('beta')).toContain('3');
      expect(await row('model.encoder')).toContain('dense 16 relu');
      expect(await row('training.batchSize')).toHaveLength(3);
      expect((await row('judge.elbo')).sort()).toEqual(['–', '–', '−20.500 ± 0.25\u00a0nats']);
      expect(await row('judge.judgedBy')).toContain('60 of quarters');
      expect(await row('judge.frechet/raw')).toContain('1.2500');
      await page.getByRole('button', { name: 'Judge', exact: true }).click();
      await expect
        .poll(async () => (await row('judge.elbo')).filter((text) => text.includes('±')), {
          timeout: 60_000,
        })
        .toHaveLength(3);
      await expect.poll(() => row('judge.kernel/encoder'), { timeout: 60_000 }).not.toContain('–');
      await page.reload();
      // A file of the numbers waits for all runs, and their measured values.
      await page.getByRole('button', { name: 'Export the numbers' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Table' }).click(),
      ]);
      const lines = (await readFile(await download.path(), 'utf8')).split('\n');
      const elbos = lines
        .find((line) => line.startsWith('elbo,'))!
        .split(',')
        .slice(1);
      expect(elbos.map((text) => Number(text) < 0)).toEqual([true, true, true]);
      // The browser keeps the figures of its own run; a folder's come from its judge.json.
      const missing = async (name: string) =>
        (await row(name)).filter((text) => text === '–').length;
      await expect.poll(() => missing('judge.kernel/encoder'), { timeout: 30_000 }).toBe(2);
      for (const width of [1280, 1024, 390]) {
        await page.setViewportSize({ width, height: 800 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect([width, wide]).toEqual([width, width]);
        // The table is whole, or scrolls within its panel.
        const sizes = await page.locator('.compare .scroll').evaluate((element) => {
          const [table] = element.children;
          return { seen: element.clientWidth, whole: table!.scrollWidth };
        });
        if (width > 400) expect(sizes.whole).toBeLessThanOrEqual(sizes.seen);
      }
      await page.setViewportSize({ width: 1280, height: 800 });
      expect(await faultsInBothThemes(page)).toEqual([]);
      expect(errors.filter((message) => !/404/.test(message))).toEqual([]);
    } finally {
      await close();
    }
  },
);

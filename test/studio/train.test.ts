import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { emptyFolder, vaekit } from '../cli/process.js';
import {
  button,
  endless,
  faultsInBothThemes,
  field,
  figure,
  fill,
  pauseAfter,
  trainOwnImages,
  waitFor,
} from './controls.js';
import { longestTask } from './longest-task.mjs';
import { type OpenStudio, openStudio } from './open.js';

describe.skipIf(!chromiumPath)(`training in the studio${skipReason}`, () => {
  let opened: OpenStudio;
  let page: Page;
  let longest: number;
  /** The validation loss after two unbroken epochs. */
  let unbroken: number;

  beforeAll(async () => {
    opened = await openStudio();
    page = opened.page;
  }, 60_000);

  afterAll(() => opened?.close());

  test('counts the parameters of the chosen network', async () => {
    const count = page.locator('.parameter-count strong');
    // One hidden layer of 256 units on each side, and 16 latents.
    await expect.poll(() => count.innerText()).toBe('415,024');
    await field(page, 'Network').selectOption('mlp');
    await expect.poll(() => count.innerText()).toBe('807,700');
    await fill(page, 'Hidden units', '64, 32');
    await expect.poll(() => count.innerText()).toBe('105,620');
    await field(page, 'Latents').fill('0');
    await page.getByText('A whole number from 1 to 512.').first().waitFor();
    await fill(page, 'Latents', 2);
    await field(page, 'Network').selectOption('dense');
    await expect.poll(() => count.innerText()).toBe('3,934');
  });

  test('trains the dense preset on MNIST while the page stays free', async () => {
    await fill(page, 'Epochs', 2);
    const browser = page.context().browser()!;
    ({ processor: longest } = await longestTask({ browser, page }, async () => {
      await button(page, 'Start training').click();
      await page.locator('.reconstructions canvas').nth(1).waitFor();
      await waitFor(page, 'done');
    }));
    unbroken = await figure(page, 'Validation');
    expect(unbroken).toBeLessThan(215);
    expect(unbroken).toBeGreaterThan(150);
    expect(await figure(page, 'Step')).toBeGreaterThan(0);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  }, 120_000);

  test('holds its main thread for less than 50 ms at a time', () => {
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThan(50);
  });

  test('draws curves and reconstructions', async () => {
    const charts = page.locator('.chart canvas');
    expect(await charts.count()).toBe(2);
    expect(await page.locator('.chart').first().getAttribute('aria-label')).toMatch(
      /Loss: [\d.]+ nats after [\d.]+ epochs.*Validation: [\d.]+ nats after 2 epochs/,
    );
    const [originals, made] = await page
      .locator('.reconstructions canvas')
      .evaluateAll((canvases) =>
        (canvases as HTMLCanvasElement[]).map((canvas) => [
          ...canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data,
        ]),
      );
    expect(originals!.length).toBe(280 * 28 * 4);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(Math.abs(mean(originals!) - mean(made!))).toBeLessThan(10);
    expect(new Set(made).size).toBeGreaterThan(50);
  });

  test('has no serious accessibility fault, light and dark', async () => {
    expect(await faultsInBothThemes(page)).toEqual([]);
  });

  test('gives a zip of the run folder that vaekit evaluates to the same loss', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      button(page, 'Download').click(),
    ]);
    expect(download.suggestedFilename()).toBe('mnist-dense.zip');
    const path = join(await emptyFolder(), 'run.zip');
    await download.saveAs(path);
    expect(readFileSync(path).subarray(0, 2).toString()).toBe('PK');
    const { code, stdout, stderr } = await vaekit(join(path, '..'), 'evaluate', path, '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout).loss).toBeCloseTo(unbroken, 1);
    const info = await vaekit(join(path, '..'), 'info', path);
    expect([info.code, info.stderr]).toEqual([0, '']);
  });

  test('goes on after a pause and a reload to the same end as an unbroken run', async () => {
    await button(page, 'New run').click();
    await fill(page, 'Epochs', 2);
    await pauseAfter(page, 0.1, () => button(page, 'Start training').click());
    await pauseAfter(page, 0.6, () => button(page, 'Go on').click());
    const done = await page
      .locator('progress')
      .evaluate((bar: HTMLProgressElement) => bar.position);
    expect(done).toBeLessThan(1);
    await page.reload();
    await waitFor(page, 'paused');
    expect(await page.locator('#run-name').innerText()).toBe('mnist-dense-2');
    await button(page, 'Go on').click();
    await waitFor(page, 'done');
    expect(await figure(page, 'Validation')).toBe(unbroken);
  }, 120_000);

  test('changes learning rate and β while it trains', async () => {
    await button(page, 'New run').click();
    // The page has its own choice for digits after the reload, which takes longer.
    await field(page, 'Network').selectOption('dense');
    await fill(page, 'Epochs', endless);
    await button(page, 'Start training').click();
    await waitFor(page, 'training');
    await fill(page, 'β', 50);
    await fill(page, 'Learning rate', 0.003);
    // A KL term so heavy leaves nothing in the latents.
    await expect.poll(() => figure(page, 'KL'), { timeout: 60_000 }).toBeLessThan(0.5);
    await expect
      .poll(() => figure(page, 'Validation'), { timeout: 60_000 })
      .toBeGreaterThan(unbroken);
    await button(page, 'Pause').click();
    await waitFor(page, 'paused');
  }, 120_000);

  test('forgets a run when it is told so twice', async () => {
    const rows = page.locator('.run-list li');
    await expect.poll(() => rows.count()).toBe(3);
    await button(page, 'Remove mnist-dense-2').click();
    await rows.getByRole('button', { name: 'Remove mnist-dense-2' }).click();
    await expect.poll(() => rows.count()).toBe(2);
  });

  test('has no serious accessibility fault before it trains, and while settings are wrong', async () => {
    await button(page, 'New run').click();
    await fill(page, 'Latents', 0);
    await page.locator('.own-data summary').click();
    expect(await faultsInBothThemes(page)).toEqual([]);
  });

  test('fetches the runtime once, compressed', async () => {
    const { page, close } = await openStudio();
    try {
      // Threads of the runtime wait for work, and for nothing else.
      const isThread = (url: string) => url.includes('onnxruntime-web');
      /** The runtime as the workers got it that are there now: small networks are trained without, and drawn with it. */
      const runtimes = async () => {
        const own = page.workers().filter((worker) => !isThread(worker.url()));
        const entries = await Promise.all(
          own.map((worker) =>
            worker.evaluate(() =>
              (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
                .filter(({ name }) => name.endsWith('.wasm'))
                .map(({ transferSize, encodedBodySize, decodedBodySize }) => ({
                  transferSize,
                  encodedBodySize,
                  decodedBodySize,
                })),
            ),
          ),
        );
        return entries.flat();
      };
      await trainOwnImages(page, endless);
      await waitFor(page, 'training');
      await expect.poll(runtimes).toHaveLength(1);
      const [first] = await runtimes();
      expect(first!.transferSize).toBeGreaterThan(1e6);
      expect(first!.encodedBodySize).toBeLessThan(first!.decodedBodySize / 3);
      await button(page, 'Pause').click();
      await waitFor(page, 'paused');
      await page.reload();
      await waitFor(page, 'paused');
      await button(page, 'Go on').click();
      await waitFor(page, 'training');
      await expect.poll(runtimes).toMatchObject([{ transferSize: 0 }]);
    } finally {
      await close();
    }
  }, 120_000);

  test('asks for nothing outside of its own origin, and nothing went wrong', () => {
    expect(opened.foreignRequests).toEqual([]);
    expect(opened.errors).toEqual([]);
  });
});

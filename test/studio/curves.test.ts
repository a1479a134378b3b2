import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeptRun } from '../../studio/src/storage/database.js';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import {
  button,
  endless,
  faultsInBothThemes,
  fill,
  pauseAfter,
  trainOwnImages,
  waitFor,
} from './controls.js';
import { type OpenStudio, openStudio } from './open.js';

/** The one run that the browser keeps. */
const keptRun = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<KeptRun>((resolve, reject) => {
        const opening = indexedDB.open('vaekit-studio');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const runs = opening.result.transaction('runs').objectStore('runs').getAll();
          runs.onsuccess = () => resolve(runs.result[0]);
        };
      }),
  );

/** The words under a chart, by series, with the pointer at a share of its width. */
async function valuesAt(page: Page, chart: number, share: number): Promise<string[]> {
  const over = page.locator('.chart .u-over').nth(chart);
  const { width, height } = (await over.boundingBox())!;
  await over.hover({ position: { x: share * (width - 1), y: height / 2 } });
  return page.locator('.chart').nth(chart).locator('.u-value').allInnerTexts();
}

/** Steps of an epoch of `ownImages`: a tenth of the 600 is kept for validation. */
const steps = 17;

describe.skipIf(!chromiumPath)(`curves in the studio${skipReason}`, () => {
  let opened: OpenStudio;
  let page: Page;

  beforeAll(async () => {
    opened = await openStudio();
    page = opened.page;
    await pauseAfter(page, 0.5, () => trainOwnImages(page, 60));
    await button(page, 'Go on').click();
    await waitFor(page, 'done');
  }, 120_000);

  afterAll(() => opened?.close());

  test('have means over equally many steps, which a pause does not disturb', async () => {
    const { trace, metrics } = await keptRun(page);
    expect(metrics.length).toBe(60);
    expect([trace.stepsPerEpoch, trace.steps]).toEqual([steps, 60 * steps]);
    const loss = trace.means.loss!;
    expect(loss.length).toBe(Math.ceil((60 * steps) / trace.span));
    // The loss of so small a network falls without a jump.
    const rises = loss.slice(1).map((value, i) => value - loss[i]!);
    expect(Math.max(...rises)).toBeLessThan(0.5);
    const early = metrics.slice(0, 10).reduce((sum, { loss }) => sum + loss, 0) / 10;
    expect(loss[0]).toBeGreaterThan(early);
  });

  test('show a number of every series wherever the pointer is, in all charts at once', async () => {
    for (const share of [0.01, 1 / 60, 0.5, 1]) {
      const [epochs, ...values] = await valuesAt(page, 0, share);
      expect(Number(epochs)).toBeCloseTo(60 * share, -0.5);
      for (const value of values) expect(value).toMatch(/^\d+(\.\d+)? nats$/);
      const beside = await page.locator('.chart').nth(1).locator('.u-value').allInnerTexts();
      expect(beside[0]).toBe(epochs);
      for (const value of beside.slice(1)) expect(value).toMatch(/^\d+(\.\d+)? nats$/);
    }
  });

  test('tell the loss as an equation whose numbers add up', async () => {
    const numbers = (await page.locator('.equation .quantity strong').allInnerTexts()).map(
      Number.parseFloat,
    );
    const [loss, reconstruction, beta, kl] = numbers as [number, number, number, number];
    expect(beta).toBe(0.5);
    expect(reconstruction + beta * kl).toBeCloseTo(loss, 1);
    expect(await page.locator('.loss-told p').first().innerText()).toContain('β 0.5 times KL');
    const bars = page.locator('.loss-bars .bar');
    expect(await bars.count()).toBe(2);
    expect(await bars.first().getAttribute('aria-label')).toMatch(/^Reconstruction: [\d.]+, KL/);
  });

  test('leave the page as a drawing, a picture and a table', async () => {
    const file = async (kind: string) => {
      await button(page, 'Export the curves').click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: kind, exact: true }).click(),
      ]);
      return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
    };
    const svg = await file('Drawing (SVG)');
    expect(svg.name).toBe('quarters-dense-curves.svg');
    expect(svg.bytes.toString()).toContain('>KL by epochs</text>');
    expect(svg.bytes.toString().match(/<path/g)!.length).toBeGreaterThan(5);
    const png = await file('Picture (PNG)');
    expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
    const folder = process.env.SCREENSHOTS;
    if (folder) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, svg.name), svg.bytes);
      writeFileSync(join(folder, png.name), png.bytes);
    }
    const rows = (await file('Table (CSV)')).bytes.toString().trim().split('\n');
    expect(rows.length).toBe(61);
    expect(rows[0]).toMatch(/^epoch,steps,seconds,loss,reconstruction,kl,val_loss,beta,/);
    expect(rows[60]).toMatch(/^60,17,/);
  });

  test('say in words where they stand, and explain each term', async () => {
    const words = await page.locator('.chart').first().getAttribute('aria-label');
    expect(words).toMatch(/Loss: [\d.]+ nats after [\d.]+ epochs, [\d.]+ nats at first/);
    await page.locator('.equation .term').last().focus();
    await page
      .getByText(/the Kullback–Leibler divergence/)
      .and(page.locator(':popover-open'))
      .waitFor();
  });

  test('show collapse when it happens, with a remedy', async () => {
    await button(page, 'New run').click();
    await fill(page, 'β', 100);
    await fill(page, 'Epochs', endless);
    await button(page, 'Start training').click();
    await page.getByText(/no latent says anything about the example/).waitFor({ timeout: 30_000 });
    expect(await page.locator('.latent-bars .collapsed').count()).toBe(2);
    await button(page, 'Set β to 25').click();
    await expect
      .poll(() => page.locator('.equation .quantity strong').nth(2).innerText())
      .toBe('25');
    await button(page, 'Pause').click();
    await waitFor(page, 'paused');
  });

  test('replay how the latents moved, by the keyboard, after a reload too', async () => {
    await page.reload();
    await button(page, 'Show quarters-dense').click();
    const moment = page.getByRole('slider', { name: 'Moment of the training' });
    await moment.waitFor();
    const map = page.locator('.moving-map');
    const after = await map.getAttribute('aria-label');
    expect(await moment.getAttribute('aria-valuetext')).toBe('after 60 epochs');
    await moment.focus();
    await page.keyboard.press('Home');
    expect(await moment.getAttribute('aria-valuetext')).toBe('before the first step');
    expect(await map.getAttribute('aria-label')).not.toBe(after);
    expect(await page.locator('.reconstructions canvas').count()).toBe(3);
    await button(page, 'Replay').click();
    await expect.poll(() => moment.getAttribute('aria-valuetext')).toMatch(/^after \d+/);
    await button(page, 'Stop').click();
    expect(await page.locator('.latent-bars li').count()).toBe(2);
  });

  test('have no accessibility fault, light and dark', async () => {
    expect(await faultsInBothThemes(page)).toEqual([]);
  });

  test('nothing went wrong', () => {
    expect(opened.errors).toEqual([]);
  });
});

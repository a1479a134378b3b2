import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { emptyFolder, vaekit } from '../cli/process.js';
import { longestTask } from './main-thread.js';
import { type OpenStudio, openStudio } from './open.js';

const status = (page: Page) => page.locator('.status-head [role=status]');
const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** A number of the page's figures. */
async function figure(page: Page, name: string): Promise<number> {
  const row = page.locator('.figures > div').filter({ has: button(page, name) });
  return Number.parseFloat(await row.locator('dd').innerText());
}

async function setEpochs(page: Page, epochs: number): Promise<void> {
  await field(page, 'Epochs').fill(String(epochs));
  await field(page, 'Epochs').press('Tab');
}

const words = { done: /^Done/, paused: /^Paused/, training: /^Training/ };

async function waitFor(page: Page, state: keyof typeof words): Promise<void> {
  await status(page).filter({ hasText: words[state] }).waitFor({ timeout: 60_000 });
}

/** Accessibility faults that hinder someone. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

declare global {
  interface Window {
    axe: typeof axe;
  }
}

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

  test('counts the parameters of what is chosen', async () => {
    const count = page.locator('.parameter-count strong');
    await expect.poll(() => count.innerText()).toBe('3,934');
    await field(page, 'Network').selectOption('mlp');
    await expect.poll(() => count.innerText()).toBe('807,700');
    await field(page, 'Hidden units').fill('64, 32');
    await field(page, 'Hidden units').press('Tab');
    await expect.poll(() => count.innerText()).toBe('105,620');
    await field(page, 'Latents').fill('0');
    await page.getByText('A whole number from 1 to 512.').waitFor();
    await field(page, 'Network').selectOption('dense');
    await expect.poll(() => count.innerText()).toBe('3,934');
  });

  test('trains the dense preset on MNIST while the page stays free', async () => {
    await setEpochs(page, 2);
    longest = await longestTask(opened, async () => {
      await button(page, 'Start training').click();
      await waitFor(page, 'training');
      await page.locator('.reconstructions canvas').nth(1).waitFor();
      await waitFor(page, 'done');
    });
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
      /after epoch 2: loss [\d.]+ nats, validation [\d.]+ nats/,
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

  test('has no serious accessibility fault', async () => {
    expect(await faults(page)).toEqual([]);
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

  test('goes on after a pause and a reload to what an unbroken run gives', async () => {
    await button(page, 'New run').click();
    await setEpochs(page, 2);
    await button(page, 'Start training').click();
    await waitFor(page, 'training');
    await page.waitForTimeout(1000);
    await button(page, 'Pause').click();
    await waitFor(page, 'paused');
    const before = await page
      .locator('progress')
      .evaluate((bar: HTMLProgressElement) => bar.position);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(1);
    await button(page, 'Go on').click();
    await waitFor(page, 'training');
    await page.waitForTimeout(500);
    await button(page, 'Pause').click();
    await waitFor(page, 'paused');
    await page.reload();
    await waitFor(page, 'paused');
    expect(await page.locator('#run-name').innerText()).toBe('mnist-dense-2');
    await button(page, 'Go on').click();
    await waitFor(page, 'done');
    expect(await figure(page, 'Validation')).toBe(unbroken);
  }, 120_000);

  test('changes learning rate and β while it trains', async () => {
    await button(page, 'New run').click();
    await setEpochs(page, 3);
    await button(page, 'Start training').click();
    await waitFor(page, 'training');
    await field(page, 'β').fill('50');
    await field(page, 'β').press('Tab');
    await field(page, 'Learning rate').fill('0.003');
    await field(page, 'Learning rate').press('Tab');
    await waitFor(page, 'done');
    // So heavy a KL term leaves nothing in the latents.
    expect(await figure(page, 'KL')).toBeLessThan(0.5);
    expect(await figure(page, 'Validation')).toBeGreaterThan(unbroken);
  }, 120_000);

  test('forgets a run when it is told so twice', async () => {
    const rows = page.locator('.run-list li');
    expect(await rows.count()).toBe(3);
    await button(page, 'Remove mnist-dense-2').click();
    await rows.getByRole('button', { name: 'Remove mnist-dense-2' }).click();
    await expect.poll(() => rows.count()).toBe(2);
  });

  test('asks for nothing outside of its own origin, and nothing went wrong', () => {
    expect(opened.foreignRequests).toEqual([]);
    expect(opened.errors).toEqual([]);
  });
});

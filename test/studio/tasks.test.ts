import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { button, endless, field, fill, waitFor } from './controls.js';
import { type OpenStudio, openStudio } from './open.js';

/** Five tasks that a newcomer does without help, by mouse and keys alone and one after another. */
describe.skipIf(!chromiumPath)(`tasks of a newcomer${skipReason}`, () => {
  let opened: OpenStudio;
  let page: Page;
  const link = (name: string) =>
    page.getByRole('navigation').getByRole('link', { name, exact: true });

  beforeAll(async () => {
    opened = await openStudio();
    page = opened.page;
  }, 60_000);

  afterAll(() => opened?.close());

  test('find a 4 that looks like a 9', async () => {
    const place = () => page.locator('.play-place').innerText();
    const map = page.locator('.play-map');
    await page.getByText('Test digits as points').click();
    await page.getByRole('button', { name: 'Encode this 4' }).click();
    await expect.poll(place).toMatch(/digits: \d/);
    // Walks from the place of the 4, by keys, to a place where 4s and 9s are equally near.
    await map.focus();
    const isBetween = async () => {
      const counts = Object.fromEntries(
        [...(await place()).matchAll(/(\d) \((\d+)\)/g)].map(([, digit, count]) => [digit, count]),
      );
      return Number(counts[4] ?? 0) >= 3 && Number(counts[9] ?? 0) >= 3;
    };
    const arrows = ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp'];
    for (let i = 0; i < 80 && !(await isBetween()); i++) {
      // A spiral about the 4: one step, one step, two, two, three, three, …
      await page.keyboard.press(arrows[Math.floor(Math.sqrt(4 * i + 1) - 1) % 4]!);
    }
    expect(await isBetween()).toBe(true);
    expect(await page.getByRole('img', { name: 'Decoded image' }).count()).toBe(1);
  });

  test('train', async () => {
    await link('Train').click();
    await field(page, 'Network').focus();
    await page.keyboard.type('Tiny');
    await fill(page, 'Epochs', 1);
    await button(page, 'Start training').click();
    await waitFor(page, 'done');
    await page.locator('.reconstructions canvas').nth(1).waitFor();
  }, 90_000);

  test('make β too large, and see collapse', async () => {
    await button(page, 'New run').click();
    await fill(page, 'β', 100);
    await fill(page, 'Epochs', endless);
    await button(page, 'Start training').click();
    await page.getByText(/no latent says anything about the example/).waitFor({ timeout: 60_000 });
    await button(page, 'Pause').click();
    await waitFor(page, 'paused');
  }, 90_000);

  test('compare two runs', async () => {
    await link('Compare').click();
    await expect.poll(() => page.getByRole('checkbox', { checked: true }).count()).toBe(2);
    const rows = page.getByRole('row');
    await rows.filter({ hasText: 'β' }).filter({ hasText: '100' }).first().waitFor();
    await page.locator('canvas').nth(1).waitFor();
  }, 60_000);

  test('take the picture away', async () => {
    await link('Explore').click();
    await page.locator('.legend').waitFor({ timeout: 30_000 });
    await button(page, 'Export the map').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      button(page, 'Picture (PNG)').click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^mnist-dense.*\.png$/);
    const { width, height, data } = decode(readFileSync(await download.path()));
    expect([width > 300, height > 300]).toEqual([true, true]);
    expect(new Set(data).size).toBeGreaterThan(50);
    expect(opened.errors).toEqual([]);
  }, 60_000);
});

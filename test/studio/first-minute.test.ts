import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { button, faultsInBothThemes } from './controls.js';
import { builtPage, type OpenStudio, openStudio } from './open.js';

const made = (page: Page) => page.getByRole('img', { name: 'Decoded image' }).first();
const pixels = (page: Page) =>
  made(page).evaluate((canvas: HTMLCanvasElement) =>
    [...canvas.getContext('2d')!.getImageData(0, 0, 28, 28).data].join(),
  );
const place = (page: Page) => page.locator('.play-place').innerText();

test('models of a few hundred kB come with the page', () => {
  for (const name of ['beta-0', 'beta-1', 'beta-10']) {
    const file = readFileSync(join(builtPage, 'models', name, 'parameters.safetensors.gz'));
    expect(file.length).toBeGreaterThan(100_000);
    expect(file.length).toBeLessThan(500_000);
  }
});

describe.skipIf(!chromiumPath)(`the first minute${skipReason}`, () => {
  let opened: OpenStudio;
  let page: Page;

  beforeAll(async () => {
    opened = await openStudio();
    page = opened.page;
    await made(page).waitFor();
  }, 60_000);

  afterAll(() => opened?.close());

  test('is there at once, and decodes the point dragged over within a frame', async () => {
    // A busy machine is several times slower than a free one.
    const start = await page.evaluate(
      () => performance.getEntriesByName('first-minute')[0]!.startTime,
    );
    expect(start).toBeLessThan(3000);
    const map = (await page.locator('.play-map').boundingBox())!;
    const [x, y] = [map.x + map.width / 2, map.y + map.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    const before = await pixels(page);
    await page.mouse.move(x - 100, y + 50, { steps: 10 });
    await page.mouse.up();
    await expect.poll(() => pixels(page)).not.toBe(before);
    await page.mouse.move(x, y);
    const stood = await place(page);
    await page.mouse.move(x + 50, y);
    expect(await place(page)).toBe(stood);
  });

  test('encodes digits, and draws about them', async () => {
    await page.getByRole('button', { name: 'Encode this 0' }).click();
    await expect.poll(() => place(page)).toMatch(/nearest test digits: 0 \((8|9|10)\)/);
    const before = await place(page);
    await button(page, 'Draw ε anew').click();
    await expect.poll(() => place(page)).not.toBe(before);
    await page.getByRole('img', { name: 'The digit 0' }).waitFor();
  });

  test('is walked by keys', async () => {
    await page.locator('.play-map').focus();
    const before = await place(page);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => place(page)).not.toBe(before);
    expect(await page.getByRole('img', { name: 'The digit 0' }).count()).toBe(0);
  });

  test('has no accessibility fault, light and dark', async () => {
    await page.getByLabel('Test digits as points').check();
    expect(await faultsInBothThemes(page)).toEqual([]);
  });

  test('is a run that Explore opens', async () => {
    await page.getByRole('link', { name: 'All of this model under Explore' }).click();
    await page.locator('.legend').waitFor();
    // Explore shows it where there is no run.
    await page.getByRole('link', { name: 'Explore', exact: true }).click();
    await page.getByText('There is no run of yours yet').waitFor();
    await page.getByRole('combobox', { name: 'Run' }).selectOption('MNIST, β = 10');
    await page.getByRole('application', { name: 'Latent map of beta-10' }).waitFor();
    expect(opened.foreignRequests).toEqual([]);
    expect(opened.errors).toEqual([]);
  });
});

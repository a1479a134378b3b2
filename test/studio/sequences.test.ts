import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeNpy } from '../../src/data/codecs/npy.js';
import { Tensor } from '../../src/index.js';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { emptyFolder, vaekit } from '../cli/process.js';
import { button, faultsInBothThemes, field, fill, give, planned, waitFor } from './controls.js';
import { type OpenStudio, openStudio } from './open.js';

/** 200 waves of two channels and 40 steps. */
const values = Float32Array.from({ length: 200 * 80 }, (_, i) => {
  const [example, channel, step] = [Math.floor(i / 80), Math.floor(i / 40) % 2, i % 40];
  return Math.sin(example + step / (3 + (example % 5)) + channel);
});
const bytes = encodeNpy(new Tensor('float32', values, [200, 2, 40]));

/** Counts the pixels of a canvas that are of the two channels' colours, about. */
function ink(page: Page, selector: string): Promise<{ blue: number; orange: number }> {
  return page.locator(selector).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const found = { blue: 0, orange: 0 };
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3]! < 200) continue;
      if (data[i + 2]! > data[i]! + 80) found.blue += 1;
      if (data[i]! > data[i + 2]! + 80) found.orange += 1;
    }
    return found;
  });
}

async function hasLines(page: Page, selector: string): Promise<void> {
  await expect.poll(() => ink(page, selector).then(({ blue }) => blue)).toBeGreaterThan(200);
  expect((await ink(page, selector)).orange).toBeGreaterThan(200);
}

describe.skipIf(!chromiumPath)(`sequences in the studio${skipReason}`, () => {
  let opened: OpenStudio;
  let page: Page;

  beforeAll(async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, 'waves.npy'), bytes);
    const options = ['--epochs', '1', '--latent', '2', '--out', 'runs/waves'];
    const { code, stderr } = await vaekit(folder, 'train', '--data', 'waves.npy', ...options);
    expect(code, stderr).toBe(0);
    opened = await openStudio({ path: join(folder, 'runs') });
    page = opened.page;
  }, 120_000);

  afterAll(() => opened?.close());

  test('are trained by the preset for them, with reconstructions as lines', async () => {
    await give(page, {
      name: 'waves.npy',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(bytes),
    });
    await page.locator('.own-data [role=status]').filter({ hasText: '200 examples' }).waitFor();
    await planned(page);
    expect(await field(page, 'Network').inputValue()).toBe('sequence');
    await fill(page, 'Epochs', 2);
    await button(page, 'Start training').click();
    await waitFor(page, 'done');
    await hasLines(page, '.line-pairs canvas');
    expect(await faultsInBothThemes(page)).toEqual([]);
  }, 120_000);

  test('are explored: samples and the decoded place are lines', async () => {
    await page.evaluate(() => {
      location.hash = '#/explore/served%3Awaves';
    });
    await page.getByRole('tab', { name: 'Samples' }).click();
    await hasLines(page, 'canvas.samples');
    expect(await page.getByRole('tab', { name: 'Draw' }).count()).toBe(0);
    await hasLines(page, '[data-decoded]');
    expect(opened.errors).toEqual([]);
  }, 120_000);
});

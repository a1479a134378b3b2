import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from 'fast-png';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { emptyFolder } from '../cli/process.js';
import { button, field, fill, give, ownImages, planned, waitFor } from './controls.js';
import { type OpenStudio, openStudio } from './open.js';

const png = (size: number) =>
  Buffer.from(
    encode({ width: size, height: size, channels: 1, data: new Uint8Array(size * size) }),
  );

/** Drops files of the disk on a place of the page, as the browser itself does. */
async function dropOn(page: Page, files: readonly string[], x: number, y: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x, y, data });
  }
  await session.detach();
}

describe.skipIf(!chromiumPath)(`files that are given to the studio${skipReason}`, () => {
  let opened: OpenStudio;
  let page: Page;
  let folder: string;
  beforeAll(async () => {
    opened = await openStudio();
    page = opened.page;
    folder = await emptyFolder();
  }, 60_000);
  afterAll(() => opened?.close());

  const state = () => page.locator('.own-data .notice');

  test('are taken wherever they are dropped, and the browser stays on the page', async () => {
    const images = join(folder, 'images.npy');
    await writeFile(images, ownImages.buffer);
    const text = join(folder, 'notes.txt');
    await writeFile(text, 'hello');
    const address = page.url().replace(/#.*/, '');
    for (const view of ['compare', 'explore', 'train']) {
      await page.goto(`${address}#/${view}`);
      await page.locator('main').waitFor();
      await dropOn(page, [images], 640, 700);
      await state().filter({ hasText: 'images: 600 examples of 1 × 8 × 8.' }).waitFor();
      await dropOn(page, [text], 900, 20);
      await state().filter({ hasText: 'notes.txt: there is no row in it.' }).waitFor();
      expect(page.url()).toBe(`${address}#/train`);
    }
    expect(await page.locator('.drop-anywhere').count()).toBe(0);
  });

  test('with gaps are read as the user says, and no flag is named', async () => {
    const table = join(folder, 'gaps.csv');
    const rows = Array.from({ length: 40 }, (_, i) => `${i % 7},${i === 3 ? '' : (i * 3) % 11}`);
    await writeFile(table, `a,b\n${rows.join('\n')}\n`);
    await dropOn(page, [table], 640, 400);
    await state().filter({ hasText: 'gaps: 40 rows of 2 columns' }).waitFor();
    await page.getByText('How the files are read').click();
    await field(page, 'Rows').selectOption('vectors');
    await page
      .getByRole('alert')
      .filter({ hasText: /Give missing/ })
      .waitFor();
    expect(await page.getByRole('alert').innerText()).not.toContain('--');
    await field(page, 'Missing').selectOption('drop');
    await state().filter({ hasText: 'gaps: 39 examples of 2' }).waitFor();
  });

  test('of unequal size are brought to one that is asked for after the drop', async () => {
    const pictures = join(folder, '강아지 사진');
    await mkdir(pictures);
    for (let i = 0; i < 12; i++) await writeFile(join(pictures, `${i}.png`), png(i < 6 ? 8 : 9));
    await dropOn(page, [pictures], 640, 400);
    await state().filter({ hasText: 'differ in size' }).waitFor();
    const side = field(page, 'Height and width in pixels');
    await side.fill('3');
    await expect.poll(() => button(page, 'Read them at this size').isDisabled()).toBe(true);
    await side.fill('12');
    await button(page, 'Read them at this size').click();
    await state().filter({ hasText: '강아지 사진: 12 examples of 1 × 12 × 12.' }).waitFor();
    await side.fill('8');
    await button(page, 'Read them at this size').click();
    await state().filter({ hasText: '12 examples of 1 × 8 × 8.' }).waitFor();
    await planned(page);
    await field(page, 'Network').selectOption('dense');
    await fill(page, 'Epochs', 1);
    await button(page, 'Start training').click();
    await waitFor(page, 'done');
    expect(await page.locator('#run-name').innerText()).toBe('강아지_사진-dense');
    await button(page, 'New run').click();
  });

  test('are counted while they are read, and the reading stops when it is told to', async () => {
    const many = join(folder, 'many');
    await mkdir(many);
    await Promise.all(
      Array.from({ length: 1200 }, (_, i) => writeFile(join(many, `${i}.png`), png(16))),
    );
    await dropOn(page, [many], 640, 400);
    await page.getByText(/^Reading pictures: [\d,]+ of 1,200$/).waitFor();
    await button(page, 'Stop').click();
    await state().filter({ hasText: 'Stopped. Nothing was kept of the files.' }).waitFor();
    expect(await field(page, 'Data').innerText()).not.toContain('many');
    await give(page, ownImages);
    await state().filter({ hasText: 'quarters: 600 examples' }).waitFor();
  });

  test('are opened as a run where they are the archive of one', async () => {
    await page.locator('.run-list').getByRole('button', { name: 'Show' }).first().click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      button(page, 'Download').click(),
    ]);
    const archive = join(folder, '다른 실행.zip');
    await download.saveAs(archive);
    await page.goto(`${page.url().replace(/#.*/, '')}#/compare`);
    await dropOn(page, [archive], 640, 600);
    await page.locator('#run-name').filter({ hasText: '다른 실행' }).waitFor();
    await waitFor(page, 'done');
    await writeFile(archive, 'no archive');
    await dropOn(page, [archive], 640, 600);
    await page.getByRole('alert').first().waitFor();
    await button(page, 'New run').click();
  });

  test('can be removed, after a question', async () => {
    await button(page, 'Remove 강아지 사진: 12 images').click();
    await page.getByText('2 runs were trained on it, and could not go on.').waitFor();
    await button(page, 'Keep').click();
    await button(page, 'Remove quarters: 600 images').click();
    await page.getByText('Remove it for good?', { exact: true }).waitFor();
    await button(page, 'Remove quarters: 600 images').click();
    await expect.poll(() => field(page, 'Data').innerText()).not.toContain('quarters');
    await expect.poll(() => field(page, 'Data').inputValue()).toBe('mnist');
    expect(opened.errors).toEqual([]);
  });
});

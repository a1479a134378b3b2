import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { openZip, wholeFile } from '../../src/data/files/zip.js';
import type { EpochMetrics } from '../../src/training/index.js';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { emptyFolder, vaekit } from '../cli/process.js';
import {
  button,
  endless,
  field,
  figure,
  fill,
  ownImages,
  trainOwnImages,
  waitFor,
} from './controls.js';
import { openStudio } from './open.js';

/** The files of the run that the page gives as a zip archive. */
async function downloaded(page: Page): Promise<Map<string, Uint8Array>> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    button(page, 'Download').click(),
  ]);
  const entries = await openZip(readFileSync(await download.path()), 'run.zip');
  const files = [...entries].map(
    async ([name, entry]) => [name, await wholeFile(entry, name)] as const,
  );
  return new Map(await Promise.all(files));
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

const linesOf = (files: ReadonlyMap<string, Uint8Array>): EpochMetrics[] =>
  text(files.get('metrics.jsonl'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** The run that the browser keeps, of which there is one. */
const keptRun = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<{
        readonly metrics: readonly { readonly epoch: number }[];
        readonly position: { readonly epoch: number; readonly step: number };
        readonly changes: readonly object[];
      }>((resolve, reject) => {
        const opening = indexedDB.open('vaekit-studio');
        opening.onerror = reject;
        opening.onsuccess = () => {
          const all = opening.result.transaction('runs').objectStore('runs').getAll();
          all.onsuccess = () => resolve(all.result[0]);
        };
      }),
  );

const status = (page: Page) => page.locator('.status-head [role=status]').innerText();

async function pause(page: Page): Promise<void> {
  await button(page, 'Pause').click();
  await waitFor(page, 'paused');
}

describe.skipIf(!chromiumPath)(`the state of a run${skipReason}`, () => {
  test('has the numbers that were changed, while it trains and while it is paused', async () => {
    const { page, close, errors } = await openStudio();
    try {
      await trainOwnImages(page, endless);
      await waitFor(page, 'training');
      await expect.poll(() => figure(page, 'Epoch')).toBeGreaterThan(3);
      await fill(page, 'β', 4);
      await fill(page, 'Learning rate', 0.002);
      const changed = await figure(page, 'Epoch');
      await expect.poll(() => figure(page, 'Epoch')).toBeGreaterThan(changed + 3);
      await pause(page);
      await page.reload();
      await waitFor(page, 'paused');
      await expect.poll(() => field(page, 'β').inputValue()).toBe('4');
      expect(await field(page, 'Learning rate').inputValue()).toBe('0.002');
      expect(await keptRun(page)).toMatchObject({
        changes: [
          { name: 'beta', value: 4 },
          { name: 'learningRate', value: 0.002 },
        ],
      });
      // Changes a number of a training that is paused, and kept so.
      await fill(page, 'β', 2);
      const files = await downloaded(page);
      const lines = linesOf(files);
      expect(lines[0]).toMatchObject({ beta: 0.5, learning_rate: 0.001 });
      expect(lines.at(-1)).toMatchObject({ beta: 4, learning_rate: 0.002 });
      expect(JSON.parse(text(files.get('config.json')))).toMatchObject({
        model: { objective: { type: 'betaVae', beta: 2 } },
        training: { optimizer: { learningRate: 0.002 } },
      });
      await page.reload();
      await waitFor(page, 'paused');
      await expect.poll(() => field(page, 'β').inputValue()).toBe('2');
      await button(page, 'Go on').click();
      await expect.poll(() => figure(page, 'Epoch')).toBeGreaterThan(lines.length + 2);
      await pause(page);
      expect(linesOf(await downloaded(page)).at(-1)).toMatchObject({ beta: 2 });
      const remove = page
        .locator('[aria-labelledby=kept-runs]')
        .getByRole('button', { name: /^Remove / });
      await expect.poll(() => remove.isEnabled()).toBe(true);
      await goOnInNode(files, lines.length);
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  }, 120_000);

  test('is told as it is: its place, its epochs, and no metrics that are newer', async () => {
    const { page, close } = await openStudio();
    try {
      await trainOwnImages(page, endless);
      await waitFor(page, 'training');
      await expect.poll(() => figure(page, 'Epoch')).toBeGreaterThan(3);
      const row = page.locator('[aria-labelledby=kept-runs] li');
      await expect.poll(() => row.innerText()).toContain('training');
      expect(await row.innerText()).not.toContain('paused');
      // The page is left without a warning of its own, and nothing but the last second is lost.
      const before = await figure(page, 'Epoch');
      await page.reload();
      await waitFor(page, 'paused');
      const { metrics, position } = await keptRun(page);
      expect(metrics.length).toBe(position.epoch - 1);
      expect(metrics.length).toBeGreaterThan(before - 200);
      expect(await figure(page, 'Epoch')).toBe(metrics.length);
      const place =
        position.step > 0 ? `in epoch ${position.epoch},` : `after epoch ${metrics.length}.`;
      expect((await status(page)).replaceAll(',', '')).toContain(place.replaceAll(',', ''));
      const count = metrics.length.toLocaleString('en');
      await row.filter({ hasText: new RegExp(`paused, ${count} epochs?,`) }).waitFor();
      await button(page, 'New run').click();
      const own = field(page, 'Data').locator('option', { hasText: 'quarters' });
      await field(page, 'Data').selectOption((await own.getAttribute('value'))!);
      await field(page, 'Network').selectOption('dense');
      await fill(page, 'Epochs', 3);
      await button(page, 'Start training').click();
      await waitFor(page, 'done');
      expect(await page.locator('.figures').innerText()).toMatch(/Epoch\s+3 of 3/);
      await isAsInNode(linesOf(await downloaded(page)));
      await opensAndRenames(page);
    } finally {
      await close();
    }
  }, 120_000);
});

/** Trains by the command line as the page did: by the preset's own objective, which weighs the KL. */
async function isAsInNode(lines: readonly EpochMetrics[]): Promise<void> {
  const folder = await emptyFolder();
  await writeFile(join(folder, ownImages.name), ownImages.buffer);
  const { code, stderr } = await vaekit(
    folder,
    ...['train', '--data', ownImages.name, '--preset', 'dense', '--epochs', '3'],
    ...['--batch-size', '32', '--validation-split', '0.1', '--out', 'run'],
  );
  expect([code, stderr]).toEqual([0, '']);
  const text = readFileSync(join(folder, 'run', 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const same = [
    'loss',
    'reconstruction',
    'kl',
    'weightedKl',
    'val_loss',
    'val_kl',
    'learning_rate',
  ];
  text.forEach((line, i) => {
    for (const name of same) {
      expect(JSON.parse(line)[name], `${name} of epoch ${i + 1}`).toBeCloseTo(lines[i]![name]!, 3);
    }
  });
}

/** Opens a downloaded run, gives it another name, goes on with it, and removes it. */
async function opensAndRenames(page: Page): Promise<void> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    button(page, 'Download').click(),
  ]);
  const archive = { name: 'a run.zip', mimeType: 'application/zip' };
  const buffer = readFileSync(await download.path());
  await field(page, 'Zip archive of a run').setInputFiles({ ...archive, buffer });
  await expect.poll(() => page.locator('#run-name').innerText()).toBe('a run');
  expect(await status(page)).toMatch(/^Done/);
  expect(await page.locator('.figures').innerText()).toMatch(/Epoch\s+3 of 3/);
  await page.reload();
  await button(page, 'Rename a run').click();
  await field(page, 'Name of the run').fill('분기 실험');
  await field(page, 'Name of the run').press('Enter');
  await button(page, 'Show 분기 실험').click();
  await expect.poll(() => page.locator('#run-name').innerText()).toBe('분기 실험');
  expect(await field(page, 'Epochs').inputValue()).toBe('3');
  expect(await page.locator('.parameter-count strong').innerText()).toBe('334');
  await button(page, 'Train 10 epochs more').click();
  await waitFor(page, 'done');
  expect(await page.locator('.figures').innerText()).toMatch(/Epoch\s+13 of 13/);
  expect(await page.locator('#run-name').innerText()).toBe('분기 실험');
  await field(page, 'Zip archive of a run').setInputFiles({
    ...archive,
    buffer: buffer.subarray(9),
  });
  await page.getByRole('alert').filter({ hasText: 'a run' }).waitFor();
}

/** Trains a downloaded run for an epoch more, by the command line, with the numbers that were set last. */
async function goOnInNode(files: ReadonlyMap<string, Uint8Array>, epochs: number): Promise<void> {
  const folder = await emptyFolder();
  const { mkdir } = await import('node:fs/promises');
  for (const [name, bytes] of files) {
    await mkdir(join(folder, 'run', name, '..'), { recursive: true });
    await writeFile(join(folder, 'run', name), bytes);
  }
  await writeFile(join(folder, ownImages.name), ownImages.buffer);
  const { code, stderr } = await vaekit(
    folder,
    ...['train', '--resume', 'run', '--data', ownImages.name, '--epochs', String(epochs + 2)],
  );
  expect([code, stderr]).toEqual([0, '']);
  const metrics = readFileSync(join(folder, 'run', 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n');
  expect(metrics).toHaveLength(epochs + 2);
  expect(JSON.parse(metrics.at(-1)!)).toMatchObject({ beta: 2, learning_rate: 0.002 });
}

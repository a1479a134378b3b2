import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as layers from '../../src/nn/layers/all.js';
import { optimizerNames } from '../../src/nn/optimizers/index.js';
import { scheduleNames } from '../../src/nn/schedules/index.js';
import { checkConfig } from '../../src/vae/config/run-config.js';
import { likelihoodNames } from '../../src/vae/likelihoods/index.js';
import { objectiveNames } from '../../src/vae/objectives/index.js';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { button, faults, fill, give, ownImages, planned, waitFor } from './controls.js';
import { type OpenStudio, openStudio } from './open.js';

describe.skipIf(!chromiumPath)(`all settings of the studio${skipReason}`, () => {
  let opened: OpenStudio;
  let page: Page;
  let dialog: Locator;
  beforeAll(async () => {
    opened = await openStudio();
    page = opened.page;
    await give(page, ownImages);
    await page.locator('.own-data [role=status]').filter({ hasText: '600 examples' }).waitFor();
    await page.getByLabel('Network', { exact: true }).selectOption('dense');
    await planned(page);
    await button(page, 'All settings').click();
    dialog = page.getByRole('dialog', { name: 'All settings' });
    await dialog.getByRole('group', { name: 'Encoder' }).waitFor();
  }, 60_000);
  afterAll(() => opened?.close());

  const valuesOf = async (name: string) =>
    (
      await dialog
        .getByLabel(name, { exact: true })
        .first()
        .locator('option')
        .evaluateAll((options) => options.map((each) => (each as HTMLOptionElement).value))
    ).filter((value) => value !== '' && value !== 'number');
  const choose = (name: string, value: string) =>
    dialog.getByLabel(name, { exact: true }).first().selectOption(value);

  test('have every kind that the library has, with its explanation', async () => {
    expect((await valuesOf('Objective')).sort()).toEqual([...objectiveNames].sort());
    expect((await valuesOf('Likelihood')).sort()).toEqual([...likelihoodNames].sort());
    expect((await valuesOf('Optimizer')).sort()).toEqual([...optimizerNames].sort());
    expect((await valuesOf('Learning rate')).sort()).toEqual([...scheduleNames].sort());
    const known = Object.values(layers).flatMap((each) => ('type' in each ? [each.type] : []));
    expect((await valuesOf('Kind of a new layer')).sort()).toEqual(known.sort());
    for (const name of ['iwae', 'betaTcVae', 'autoencoder']) {
      await choose('Objective', name);
      await planned(page);
      expect(await dialog.getByRole('alert').count()).toBe(0);
    }
    await choose('Objective', 'conditional');
    await dialog.getByRole('alert').filter({ hasText: 'needs the class of each' }).waitFor();
    await choose('Objective', 'iwae');
    await dialog.getByLabel('Samples', { exact: true }).fill('0');
    await page.getByText('A whole number from 1.').first().waitFor();
    await fill(page, 'Samples', 3);
    await choose('Learning rate', 'cosine');
    await choose('Optimizer', 'adamW');
    await planned(page);
    expect(await dialog.getByRole('alert').count()).toBe(0);
  });

  test('keep each of several changes that come before the first of them is planned', async () => {
    const layers = dialog.locator('.layers').last();
    const before = await layers.locator('li').count();
    const clicks = (name: string, count: number) =>
      layers
        .getByRole('button', { name, exact: true })
        .evaluate(async (add: HTMLElement, count) => {
          for (let i = 0; i < count; i++) {
            add.click();
            // A render, and no plan, which comes from a worker.
            await new Promise((resolve) => setTimeout(resolve));
          }
        }, count);
    await clicks('Add layer', 3);
    expect(await layers.locator('li').count()).toBe(before + 3);
    for (let i = 3; i > 0; i--) await clicks(`Remove layer ${before + i}`, 1);
    await planned(page);
    expect(await layers.locator('li').count()).toBe(before);
  });

  test('edit layers, with the shape after each', async () => {
    const encoder = dialog.locator('.layers').first();
    const rows = encoder.locator('li');
    await expect.poll(() => rows.count()).toBe(1);
    await encoder.getByLabel('Kind of a new layer').selectOption('activation');
    await encoder.getByRole('button', { name: 'Add layer' }).click();
    await encoder.getByLabel('Kind of a new layer').selectOption('dense');
    await encoder.getByRole('button', { name: 'Add layer' }).click();
    await rows.nth(2).locator('summary').click();
    await rows.nth(2).getByLabel('Units', { exact: true }).fill('12');
    await rows.nth(2).getByLabel('Units', { exact: true }).press('Tab');
    await rows.nth(2).getByText('→ 12').waitFor();
    await rows.nth(2).getByRole('button', { name: 'Move layer 3 up' }).click();
    await expect.poll(() => rows.nth(1).innerText()).toMatch(/dense units 12[\s\S]*→ 12/);
    await rows.nth(0).getByRole('button', { name: 'Remove layer 1' }).click();
    await expect.poll(() => rows.count()).toBe(2);
    await planned(page);
    expect(await page.getByLabel('Network', { exact: true }).inputValue()).toBe('own-layers');
    for (const theme of ['light', 'dark']) {
      await page.evaluate((theme) => {
        document.documentElement.dataset.theme = theme;
      }, theme);
      expect(await faults(page)).toEqual([]);
    }
  });

  test('go out as a config that the command line takes, and come in again', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Download' }).click(),
    ]);
    const text = readFileSync(await download.path(), 'utf8');
    const { model, training } = checkConfig(JSON.parse(text), 'vae.config.json');
    expect(model).toMatchObject({ objective: { type: 'iwae', samples: 3 } });
    expect(training).toMatchObject({
      optimizer: { type: 'adamW', learningRate: { type: 'cosine' } },
    });
    expect(training).not.toHaveProperty('data');
    const paste = dialog.getByLabel('Paste a config, or drop its file anywhere on the page');
    await paste.fill('{"model": {"latentt": 3}}');
    await dialog.getByRole('button', { name: 'Use this config' }).click();
    await dialog.getByRole('alert').filter({ hasText: "unknown key 'latentt'" }).waitFor();
    await paste.fill('{"preset": "mlp", "model": {"latent": 5}, "training": {"epochs": 2}}');
    await dialog.getByRole('button', { name: 'Use this config' }).click();
    await dialog.getByText('The settings are those of the config.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await planned(page);
    expect(await page.getByLabel('Latents', { exact: true }).inputValue()).toBe('5');
    await give(page, {
      name: 'mine.json',
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    });
    await page.getByText('The settings are those of mine.json.').waitFor();
    await planned(page);
    await fill(page, 'Epochs', 1);
    await button(page, 'Start training').click();
    await waitFor(page, 'done');
    expect(opened.errors).toEqual([]);
  });
});

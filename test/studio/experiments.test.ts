import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { button, faultsInBothThemes, give, ownImages } from './controls.js';
import { type OpenStudio, openStudio } from './open.js';

describe.skipIf(!chromiumPath)(`guided experiments${skipReason}`, () => {
  let opened: OpenStudio;
  let page: Page;
  const panel = () => page.locator('.experiment');
  const link = (name: string) => panel().getByRole('link', { name });

  beforeAll(async () => {
    opened = await openStudio();
    page = opened.page;
    await give(page, ownImages);
    await page.locator('.own-data [role=status]').filter({ hasText: '600 examples' }).waitFor();
    await page.getByText('Data: quarters').waitFor();
  }, 60_000);

  afterAll(() => opened?.close());

  /** Starts an experiment, and waits for its question. */
  async function experiment(title: string): Promise<void> {
    await page.getByRole('link', { name: 'Learn' }).click();
    await button(page, `Start: ${title}`).click();
    await panel().locator('summary').click({ timeout: 60_000 });
  }

  test('compare two and twenty latents', async () => {
    await experiment('2 against 20 latents');
    expect(new URL(page.url()).hash).toMatch(/^#\/compare\/kept%3A[^/]+\/kept%3A/);
    await page.getByText('latents-1').first().waitFor();
    await page.getByText('latents-2').first().waitFor();
    await panel()
      .getByText(/reconstruction is much better/)
      .waitFor();
    expect(await faultsInBothThemes(page)).toEqual([]);
    await link('Explore z: 2').first().click();
    await page.locator('.map').waitFor();
    await button(page, 'Close the experiment').click();
    expect(await panel().count()).toBe(0);
  }, 90_000);

  test('end in the bars of the loss where latents collapse', async () => {
    await experiment('Collapse');
    expect(new URL(page.url()).hash).toMatch(/^#\/train/);
    await page.locator('.latent-bars .collapsed').first().waitFor();
    expect(await page.locator('.latent-bars .collapsed').count()).toBeGreaterThan(10);
  }, 90_000);

  test('show the map of an autoencoder', async () => {
    await experiment('Autoencoder against VAE');
    expect(new URL(page.url()).hash).toMatch(/^#\/explore\/kept%3A/);
    await page.locator('.map').waitFor();
    await link('Explore VAE').click();
    await page.locator('.map').waitFor();
    expect(opened.errors).toEqual([]);
  }, 90_000);

  test('stop when their training is paused, and start again', async () => {
    await page.getByRole('link', { name: 'Learn' }).click();
    await button(page, 'Start: β = 0, 1 and 10').click();
    await button(page, 'Stop the experiment').click();
    await panel().getByText('It was stopped before all runs were done.').waitFor();
    await button(page, 'Start it again').waitFor();
  }, 60_000);
});

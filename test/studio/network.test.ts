import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { take } from '../../src/data/changes/split.js';
import {
  autoencoderKl,
  conv2d,
  convTranspose2d,
  datasets,
  type Objective,
  residualVq,
  VAE,
  vqVae,
} from '../../src/index.js';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { emptyFolder } from '../cli/process.js';
import { button, faultsInBothThemes, field } from './controls.js';
import { type OpenStudio, openStudio } from './open.js';

/** Writes a run of a small model whose latents have positions. */
async function writeRun(folder: string, name: string, objective: Objective): Promise<void> {
  const same = { stride: 4, padding: 'same' } as const;
  const vae = new VAE({
    input: [1, 28, 28],
    latent: 2,
    encoder: [conv2d(2, same)],
    decoder: [convTranspose2d(1, same)],
    objective,
  });
  const { train } = await datasets.mnist();
  await vae.fit(take(train, 200), { epochs: 1 });
  await vae.save(join(folder, name), { data: 'mnist' });
  await vae.release();
}

describe.skipIf(!chromiumPath)(`the diagram of a network${skipReason}`, () => {
  let opened: OpenStudio;
  let page: Page;
  const node = (id: string) => page.locator(`[data-node=${id}]`);
  const part = (id: string) => node(id).locator('button[aria-expanded]');

  beforeAll(async () => {
    const folder = await emptyFolder();
    await writeRun(folder, 'codebook', vqVae({ codes: 4 }));
    await writeRun(folder, 'residual', residualVq({ depth: 2, codes: 4 }));
    await writeRun(folder, 'positions', autoencoderKl());
    opened = await openStudio({ path: folder });
    page = opened.page;
    await part('output').waitFor();
  }, 60_000);

  afterAll(() => opened?.close());

  test('shows the values of the model that is played with', async () => {
    expect(await page.locator('[data-node]').count()).toBe(7);
    await expect.poll(() => node('epsilon').innerText()).toMatch(/ε 0, 0/);
    const before = await node('z').innerText();
    await button(page, 'Draw ε anew').click();
    await expect.poll(() => node('z').innerText()).not.toBe(before);
    expect(await node('epsilon').innerText()).not.toMatch(/ε 0, 0/);
    // μ and σ are the encoder's: drawing does not change them.
    expect(await node('posterior').innerText()).toMatch(/μ −?[\d.]+, −?[\d.]+\s+σ [\d.]+, [\d.]+/);
    await page.locator('.play-map').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => node('posterior').innerText()).toMatch(/not drawn/);
  });

  test('opens each part by keys, down to weights and values', async () => {
    await part('encoder').focus();
    await page.keyboard.press('Enter');
    const layer = page.locator('.diagram-details details').first();
    await layer.locator('summary').focus();
    await page.keyboard.press('Enter');
    await layer.getByText('encoder.0.weight 128 × 784').waitFor();
    const text = await layer.innerText();
    expect(text).toContain('dense → 128, parameters: 100,480');
    expect(text).toMatch(
      /Weights from −[\d.]+ to [\d.]+: mean −?[\d.]+, standard deviation [\d.]+/,
    );
    await layer.getByRole('img', { name: /^Weights of the first units/ }).waitFor();
    for (const id of ['input', 'posterior', 'epsilon', 'z', 'decoder', 'output']) {
      await part(id).focus();
      await page.keyboard.press('Enter');
      await page.locator('.diagram-details p').first().waitFor();
      expect(await page.locator('.diagram-details').count()).toBe(1);
    }
    await page.getByRole('button', { name: 'Encode this 5' }).click();
    await part('decoder').click();
    await page.locator('.diagram-details summary').nth(1).click();
    await page.getByText(/Its 128 values now; \d+ are not 0/).waitFor();
    expect(await faultsInBothThemes(page)).toEqual([]);
  });

  test('shows the network that is planned', async () => {
    await field(page, 'Network').selectOption('conv');
    await page.getByText('See the network').click();
    const planned = page.locator('.settings');
    await planned.locator('[data-node=encoder]').getByText('3 layers').waitFor();
    await planned.locator('[data-node=decoder] button').click();
    await planned.getByText('convTranspose2d → 64 × 14 × 14').waitFor();
    expect(await faultsInBothThemes(page)).toEqual([]);
  });

  test('shows the grid of codes of a model with a codebook', async () => {
    await page.evaluate(() => {
      location.hash = '#/explore/served%3Acodebook?tab=network';
    });
    await part('codes').waitFor();
    const codes = page.getByRole('img', { name: /^Codes, row by row: ([0-3] ){48}[0-3]$/ });
    await codes.waitFor({ timeout: 30_000 });
    expect(await codes.locator('rect').count()).toBe(49);
    const drawn = () => codes.first().getAttribute('aria-label');
    const before = await drawn();
    await expect
      .poll(async () => {
        await button(page, 'Another example').click();
        return drawn();
      })
      .not.toBe(before);
    await part('codes').click();
    await page.getByText('quantizer vectorQuantizer → 2 × 7 × 7').waitFor();
    for (const [id, layer, values] of [
      ['encoder', 'conv2d → 2 × 7 × 7', '98'],
      ['decoder', 'convTranspose2d → 1 × 28 × 28', '784'],
    ] as const) {
      await part(id).click();
      await page.locator('.diagram-details summary').filter({ hasText: layer }).click();
      await page.getByText(new RegExp(`Its ${values} values now; .* Feature maps of`)).waitFor();
      await page.getByRole('img', { name: 'The feature maps of the layer' }).waitFor();
    }
    expect(await faultsInBothThemes(page)).toEqual([]);
    // A run that was saved without metrics has no file of them.
    expect(opened.errors.filter((error) => !error.includes('404'))).toEqual([]);
  });

  test('shows the codes of each depth, and latents with positions', async () => {
    await page.evaluate(() => {
      location.hash = '#/explore/served%3Aresidual?tab=network';
    });
    const codes = page.getByRole('img', { name: /^Codes, row by row: ([0-3] ){97}[0-3]$/ });
    await codes.waitFor({ timeout: 30_000 });
    expect(await codes.locator('rect').count()).toBe(98);
    await node('codes').getByText('2 × 7 × 7').waitFor();
    await page.evaluate(() => {
      location.hash = '#/explore/served%3Apositions?tab=network';
    });
    await page.getByText('It turns an image into a grid of latents').waitFor({ timeout: 30_000 });
    await part('posterior').waitFor();
    expect(opened.errors.filter((error) => !error.includes('404'))).toEqual([]);
  });
});

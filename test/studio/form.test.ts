import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { button, field, fill, give, ownImages, planned } from './controls.js';
import { type OpenStudio, openStudio } from './open.js';

describe.skipIf(!chromiumPath)(`the form of settings${skipReason}`, () => {
  let opened: OpenStudio;
  let page: Page;
  beforeAll(async () => {
    opened = await openStudio();
    page = opened.page;
    await give(page, ownImages);
    await page.locator('.own-data [role=status]').filter({ hasText: '600 examples' }).waitFor();
    await planned(page);
  }, 60_000);
  afterAll(() => opened?.close());

  const start = () => button(page, 'Start training');

  test('starts nothing while a field is wrong, and says why', async () => {
    const wrong = {
      Latents: ['', ' ', 'two', '0', '-1', '2.5', '513', '5000', '1e9', 'Infinity', '2,5', '2 2'],
      'Hidden units': ['', ',', '0', '12.5', 'many', '512, x', '-4', '100000'],
      Epochs: ['', '0', '0.5', '10001', 'NaN'],
      // A tenth of 600 images is kept from training.
      Batch: ['', '0', '1.5', '541', '5000', '٣'],
      β: ['', '-1', 'x', '1001'],
      'Learning rate': ['', '-0.1', '11', '0,001'],
    };
    for (const [name, texts] of Object.entries(wrong)) {
      const input = field(page, name);
      const right = await input.inputValue();
      for (const text of texts) {
        await input.fill(text);
        await expect.poll(() => start().isDisabled(), { message: `${name}: ${text}` }).toBe(true);
        expect([name, text, await input.getAttribute('aria-invalid')]).toEqual([
          name,
          text,
          'true',
        ]);
      }
      await input.press('Enter');
      const told = page.locator('.fault-list li');
      expect(await told.innerText()).toMatch(new RegExp(`^${name}\\s*: .*number`, 'i'));
      await told.getByRole('button').click();
      expect(await input.evaluate((each) => each === document.activeElement)).toBe(true);
      await fill(page, name, right);
      await expect.poll(() => start().isEnabled(), { message: name }).toBe(true);
    }
    expect(await page.locator('.status-head').count()).toBe(0);
  });

  test('says that a batch is larger than the data, also when the data changes', async () => {
    await fill(page, 'Batch', 541);
    await page.getByText('There are no more images to train on.').first().waitFor();
    await fill(page, 'Batch', 540);
    await expect.poll(() => start().isEnabled()).toBe(true);
    await field(page, 'Data').selectOption('mnist');
    await planned(page);
    await fill(page, 'Batch', 4000);
    await expect.poll(() => start().isEnabled()).toBe(true);
    await field(page, 'Data').selectOption({ label: 'quarters: 600 images' });
    await expect.poll(() => start().isDisabled()).toBe(true);
    await page.locator('.fault-list').filter({ hasText: 'from 1 to 540' }).waitFor();
    await fill(page, 'Batch', 60);
    await expect.poll(() => start().isEnabled()).toBe(true);
  });

  test('tells how long a training takes, and offers a shorter one where it is long', {
    timeout: 180_000,
  }, async () => {
    // A step is measured once nothing changes, which takes a while on a busy machine.
    const slow = { timeout: 90_000 };
    await field(page, 'Network').selectOption('dense');
    await fill(page, 'Epochs', 1);
    await page.getByText('About a few seconds for 1 epoch on this machine.').waitFor(slow);
    await field(page, 'Data').selectOption('mnist');
    await field(page, 'Likelihood').selectOption('discretizedLogistic');
    await fill(page, 'Epochs', 10_000);
    const warning = page.locator('.notice.warning').filter({ hasText: 'for 10,000 epochs' });
    await warning.filter({ hasText: /About \S+ (hours|days)/ }).waitFor(slow);
    await warning.getByRole('button', { name: /^Train \d+ epochs?$/ }).click();
    await expect.poll(() => field(page, 'Epochs').inputValue()).toMatch(/^\d{1,3}$/);
    await fill(page, 'Epochs', 10_000);
    await button(page, 'Use a likelihood with less work').click();
    await expect.poll(() => field(page, 'Likelihood').inputValue()).toBe('bernoulli');
    await page.getByText(/^About \S+ (minutes|hours|days) for 10,000 epochs/).waitFor(slow);
  });

  test('leads to Start by few presses of Tab, and help covers no field', async () => {
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await page.reload();
      await planned(page);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      const start = button(page, 'Start training');
      const isThere = () => start.evaluate((each) => each === document.activeElement);
      let presses = 1;
      while (presses < 30 && !(await isThere())) {
        await page.keyboard.press('Tab');
        presses++;
      }
      expect([width, presses <= 8]).toEqual([width, true]);
      for (const name of ['Latents', 'Batch', 'β']) {
        const word = page.locator('form').getByRole('button', { name, exact: true });
        await word.focus();
        const help = await page.locator('.term-text:popover-open').boundingBox();
        const after = page
          .locator('.field')
          .filter({ has: word })
          .locator('xpath=self::*|following::div[contains(@class,"field")][1]');
        for (const box of await after.all()) {
          const at = (await box.boundingBox())!;
          const isClear =
            help!.x >= at.x + at.width ||
            help!.y >= at.y + at.height ||
            help!.y + help!.height <= at.y;
          expect([width, name, isClear]).toEqual([width, name, true]);
        }
      }
    }
  });

  test('nothing went wrong', () => {
    expect(opened.errors).toEqual([]);
  });
});

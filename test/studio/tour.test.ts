import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { faultsInBothThemes } from './controls.js';
import { type OpenStudio, openStudio } from './open.js';

describe.skipIf(!chromiumPath)(`the tour${skipReason}`, () => {
  let opened: OpenStudio;
  let page: Page;

  /** Presses a key until the element of this name has the focus. */
  async function reach(name: string, key = 'Tab'): Promise<void> {
    for (let i = 0; i < 40; i++) {
      const at = await page.evaluate(() => document.activeElement?.textContent?.trim());
      if (at === name) return;
      await page.keyboard.press(key);
    }
    throw new Error(`${name} is not reached by ${key}`);
  }
  const press = async (name: string) => {
    await reach(name);
    await page.keyboard.press('Enter');
  };
  const title = () => page.locator('#tour-step').innerText();
  const live = () => page.locator('.tour-live').innerText();
  const isDone = () => page.locator('.tour-task [role=status]').innerText();
  const next = async () => {
    await expect.poll(isDone).toBe('Done.');
    // Escape leads back to the step from the part of the page that it is about.
    await page.keyboard.press('Escape');
    const before = await title();
    await press('Next');
    await expect.poll(title).not.toBe(before);
    await expect.poll(isDone).toBe('');
    await press('Go there');
  };

  beforeAll(async () => {
    opened = await openStudio({ at: '#/learn' });
    page = opened.page;
    await page.locator('.play-map').waitFor();
    // The focus is nowhere before a key is pressed.
    await page.keyboard.press('Tab');
  }, 60_000);

  afterAll(() => opened?.close());

  test('is done by keys alone, from the first step to the last', async () => {
    await press('Take the two-minute tour');
    await expect.poll(title).toMatch(/^Encode/);
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('tour-step');
    await press('Go there');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(live).toMatch(/^z = \(.*\)\. The nearest test digit is a 1\.$/);
    await next();
    for (let i = 0; i < 3; i++) await page.keyboard.press('Enter');
    await expect
      .poll(live)
      .toMatch(/^z = μ \+ σ · ε = \(.+\) \+ \(.+\) · \((?!0, 0).+\) = \(.+\)$/);
    await next();
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowLeft');
    await next();
    await expect.poll(live).toMatch(/reconstruction 14\d\.\d nats, KL [56]\.\d nats/);
    await page.keyboard.press('ArrowUp');
    await next();
    await expect.poll(live).toMatch(/KL \d\d\.\d nats\. The points reach from −\d/);
    for (let i = 0; i < 3; i++) await page.keyboard.press('Enter');
    await next();
    await expect.poll(live).toMatch(/KL [12]\.\d nats/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await next();
    for (let i = 0; i < 3; i++) await page.keyboard.press('Enter');
    await expect.poll(isDone).toBe('Done.');
    await page.keyboard.press('Escape');
    await press('End the tour');
    await expect.poll(() => page.locator('.tour').count()).toBe(0);
  });

  test('is left and taken up at any step, and is linked to', async () => {
    await page.goto(`${page.url().replace(/#.*/, '')}#/learn?tour=beta-10`);
    await expect.poll(title).toMatch(/collapse$/);
    expect(await page.getByLabel('β = 10').isChecked()).toBe(true);
    expect(await faultsInBothThemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Leave the tour' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'Go on with the tour at step 6 of 7' }).click();
    await expect.poll(title).toMatch(/collapse$/);
    await page.goBack();
    await expect.poll(() => page.locator('.tour').count()).toBe(0);
    expect(opened.errors).toEqual([]);
  });
});

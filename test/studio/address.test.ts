import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { emptyFolder } from '../cli/process.js';
import { type OpenStudio, openStudio } from './open.js';
import { writeSmallRun } from './small-run.js';

describe.skipIf(!chromiumPath)(`addresses of the studio${skipReason}`, () => {
  let opened: OpenStudio;
  let page: Page;

  beforeAll(async () => {
    const folder = await emptyFolder();
    await writeSmallRun(folder, 'small');
    opened = await openStudio({ path: join(folder, 'runs'), at: '#/train' });
    page = opened.page;
  }, 60_000);

  afterAll(() => opened?.close());

  const open = (hash: string) => page.goto(opened.studio.address.replace(/#.*$/, '') + hash);

  test('no address gives a blank page: each says what is wrong, and leads on', async () => {
    const none = /There is no page at this address/;
    const places: Readonly<Record<string, RegExp>> = {
      '#/explore/%E0%A4%A': none,
      '#/%E0%A4%A': none,
      '#/compare/served%3Asmall/%': none,
      '#/nowhere': none,
      '#nowhere?%=%': none,
      '#/explore/served%3Anone': /There is no run none/,
      '#/explore/kept%3Anone': /no longer keeps the run/,
      '#/explore/small': /There is no run small/,
      '#/explore/served%3A..%2F..?tab=%E0%A4%A': /There is no run/,
      '#/compare/served%3Anone': /There is no run none/,
      '#/compare/served%3Anone/served%3Anone/kept%3Anone': /no longer keeps the run/,
    };
    for (const [hash, words] of Object.entries(places)) {
      await open(hash);
      const main = page.locator('main');
      await expect.poll(() => main.innerText(), { message: hash }).toMatch(words);
      const ways = main.locator('a[href^="#/"], select, input[type=checkbox]:enabled');
      expect([hash, (await ways.count()) > 0]).toEqual([hash, true]);
    }
    await page.getByRole('checkbox', { name: /^small/ }).check();
    await page.getByRole('checkbox', { name: /^none/ }).first().click();
    await open('#/explore/served%3Anone');
    await page.getByRole('link', { name: 'Explore small' }).click();
    await page.locator('.map').waitFor();
    await page.getByRole('tab', { name: 'Samples' }).click();
    await expect.poll(() => page.url()).toMatch(/#\/explore\/served%3Asmall\?tab=samples$/);
    await page.goBack();
    await expect.poll(() => page.getByRole('tab', { selected: true }).innerText()).toBe('Draw');
    expect(opened.errors.filter((message) => !/40[04]/.test(message))).toEqual([]);
  });
});

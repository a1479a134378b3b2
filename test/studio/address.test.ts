import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { emptyFolder, writeQuarters } from '../cli/process.js';
import { type OpenStudio, openStudio } from './open.js';
import { writeSmallRun } from './small-run.js';

describe.skipIf(!chromiumPath)(`addresses of the studio${skipReason}`, () => {
  let opened: OpenStudio;
  let page: Page;
  let files: string[];

  beforeAll(async () => {
    const folder = await emptyFolder();
    await writeSmallRun(folder, 'small');
    await writeSmallRun(folder, 'three', { latent: 3 });
    await writeQuarters(folder);
    files = (await readdir(join(folder, 'quarters'))).map((name) => join(folder, 'quarters', name));
    opened = await openStudio({ path: join(folder, 'runs'), at: '#/train' });
    page = opened.page;
  }, 60_000);

  afterAll(() => opened?.close());

  const open = (hash: string) => page.goto(opened.studio.address.replace(/#.*$/, '') + hash);

  test('no address gives a blank page: each names the fault, and leads on', async () => {
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
    await page.getByRole('link', { name: /^Explore (small|three)/ }).click();
    await page.locator('.map').waitFor();
    await page.getByRole('tab', { name: 'Samples' }).click();
    await expect.poll(() => page.url()).toMatch(/#\/explore\/served%3A(small|three)\?tab=samples$/);
    await page.goBack();
    await expect.poll(() => page.getByRole('tab', { selected: true }).innerText()).toBe('Draw');
    expect(opened.errors.filter((message) => !/40[04]/.test(message))).toEqual([]);
  });

  test('a copied link shows the same anew, and Back leads to the page before', async () => {
    await open('#/explore/served%3Athree');
    await page.locator('.drop input[type=file]').first().setInputFiles(files);
    await page.locator('.legend').waitFor();
    const choice = (of: Page, title: string) =>
      of.locator('.explore-bar label').filter({ hasText: title }).locator('select');
    await choice(page, 'Map of').selectOption('latents');
    await choice(page, 'Up').selectOption('2');
    await page.locator('.map').focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
    for (let i = 0; i < 3; i++) await page.keyboard.press('+');
    await page.locator('.legend button').nth(1).click();
    await page.getByRole('checkbox', { name: 'Decoded grid' }).uncheck();
    await page.getByRole('tab', { name: 'Path' }).click();
    await page.getByRole('button', { name: 'Two others' }).click();
    await page.getByRole('radio', { name: 'Arc' }).check({ force: true });

    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText(/^Copied/).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toBe(page.url());

    /** The state that a link brings back. */
    const shown = (of: Page) =>
      of.evaluate(() => ({
        place: document.querySelector('[data-place]')?.textContent,
        tab: document.querySelector('[aria-selected=true]')?.textContent,
        fields: [...document.querySelectorAll('select, .map-tools input, .path-end input')].map(
          (field) => [(field as HTMLInputElement).value, (field as HTMLInputElement).checked],
        ),
        classes: [...document.querySelectorAll('.legend [aria-pressed]')].map(
          ({ ariaPressed }) => ariaPressed,
        ),
        drawn: [
          ...document.querySelectorAll<HTMLCanvasElement>('.map > canvas, [data-decoded]'),
        ].map((canvas) => {
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          // The last digits of a place are not in the address.
          return data.reduce((sum, value) => sum + value, 0) / data.length;
        }),
      }));
    const before = await shown(page);
    expect(before.classes).toEqual(['true', 'false', 'true', 'true']);
    const anew = await page.context().newPage();
    await anew.goto(link);
    await anew.locator('.legend').waitFor();
    await expect
      .poll(async () => {
        const { drawn, ...rest } = await shown(anew);
        const near = drawn.every((mean, i) => Math.abs(mean - before.drawn[i]!) < 0.2);
        return { ...rest, near };
      })
      .toEqual({ ...before, drawn: undefined, near: true });
    await anew.close();

    await page.goBack();
    await expect.poll(() => page.getByRole('tab', { selected: true }).innerText()).toBe('Draw');
    await page.goBack();
    await expect.poll(() => choice(page, 'Up').inputValue()).not.toBe('2');
    await page.goForward();
    await expect.poll(() => choice(page, 'Up').inputValue()).toBe('2');
    for (const damaged of [
      'at=1,2',
      'at=image-x&plane=c9-9',
      'view=0,0,0&classes=%&data=',
      'tab=none&path=-',
    ]) {
      await open(`#/explore/served%3Athree?${damaged}`);
      await page.locator('[data-place]').waitFor();
    }
    expect(opened.errors.filter((message) => !/40[04]/.test(message))).toEqual([]);
  });
});

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { preset } from '../../src/vae/config/presets.js';
import { patternOf } from '../../studio/src/language/language.js';
import { table } from '../../studio/src/messages/table.js';
import { wordsFor } from '../../studio/src/messages/words.js';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { button, field, planned, trainOwnImages } from './controls.js';
import { openStudio } from './open.js';
import { literalsOf, scriptsUnder } from './texts.js';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Messages that browsers make. */
const ofBrowsers = /^Failed to fetch/;

test('every row of the table is for a message that there is, and has words for people', () => {
  const scripts = [
    ...scriptsUnder(folder('../../src')),
    ...scriptsUnder(folder('../../studio/src')),
  ];
  const literals = scripts.filter((path) => !path.includes('/messages/')).flatMap(literalsOf);
  const unheard = table.filter(
    ({ when }) => !ofBrowsers.test(when) && !literals.some((text) => patternOf(when).test(text)),
  );
  expect(unheard.map(({ when }) => when)).toEqual([]);
  for (const { say } of table) expect(say).not.toMatch(/--|`|\(\)|npm |mirrors/);
});

test('no message of the library names a flag of the command line in the page', () => {
  const flagged = scriptsUnder(folder('../../src'))
    .filter((path) => !/\/(cli|studio-server)\/|\.node\.ts$/.test(path))
    .flatMap(literalsOf)
    .filter((text) => / \(--\w/.test(text));
  expect(flagged.length).toBeGreaterThan(10);
  for (const text of flagged) expect(wordsFor(text).text).not.toContain('(--');
});

test('a message has its values, without the folder that the page gives to files', () => {
  const message = (act: () => unknown) => {
    try {
      act();
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('nothing was thrown');
  };
  const told = wordsFor(message(() => preset('conv', [1, 30, 30])));
  expect(told.text).toContain('These are of shape 1, 30, 30');
  expect(told.next).toEqual(['network']);
  expect(wordsFor('dropped/a.csv: it is empty.').text).toBe('a.csv: it is empty.');
  expect(wordsFor("Cannot read properties of undefined (reading 'a')").next).toEqual(['reload']);
});

describe.skipIf(!chromiumPath)(`messages of the page${skipReason}`, () => {
  test('data that cannot be had is told before the start, with ways on', async () => {
    const { page, close } = await openStudio({
      prepare: async (page) => {
        await page.route('**/data/fashion-mnist/**', (route) =>
          route.fulfill({
            status: 503,
            body: 'Fashion-MNIST: t10k-labels-idx1-ubyte is not installed and could not be downloaded (its host was not found). Install it.\n',
          }),
        );
      },
    });
    try {
      await field(page, 'Data').selectOption('fashion-mnist');
      await page.getByText('Connect to the internet and try again').waitFor();
      await expect.poll(() => button(page, 'Start training').isDisabled()).toBe(true);
      await page.unroute('**/data/fashion-mnist/**');
      await page.route('**/data/fashion-mnist/**', (route) =>
        route.fulfill({ status: 200, body: 'x' }),
      );
      await button(page, 'Look again').click();
      await page.getByText('Connect to the internet').waitFor({ state: 'detached' });
      await planned(page);
      expect(await button(page, 'Start training').isEnabled()).toBe(true);
      await page.unroute('**/data/fashion-mnist/**');
      await page.route('**/data/**', (route) => route.fulfill({ status: 404 }));
      await field(page, 'Data').selectOption('mnist');
      await page.getByText('MNIST does not lie beside this page.').waitFor();
      expect(await button(page, 'Train on MNIST').count()).toBe(0);
      await button(page, 'Choose files').first().click();
      await page.locator('.own-data[open]').waitFor();
    } finally {
      await close();
    }
  }, 60_000);

  test('WebAssembly that is blocked is told as such, and not as a missing device', async () => {
    const { page, close } = await openStudio({
      prepare: async (page) => {
        await page.route('**/*worker-*.js', async (route) => {
          const response = await route.fetch();
          const headers = response.headers();
          headers['content-security-policy'] = headers['content-security-policy']!.replace(
            "'wasm-unsafe-eval'",
            '',
          );
          await route.fulfill({ response, headers });
        });
      },
    });
    try {
      await trainOwnImages(page, 1);
      const alert = page.getByRole('alert').filter({ hasText: 'keeps WebAssembly from running' });
      await alert.first().waitFor();
      expect(await alert.first().getByRole('button', { name: 'Reload the page' }).count()).toBe(1);
    } finally {
      await close();
    }
  }, 60_000);
});

import { expect, test } from 'vitest';
import { faultsInBothThemes } from './controls.js';
import { openStudio } from './open.js';

const widths = [390, 1024, 1280];
const views = ['#/learn', '#/train', '#/explore', '#/compare', '#/nowhere'];

test.each([
  ['en-US', 'Language'],
  ['ko-KR', '언어'],
])('every view fits its window and hinders nobody, in %s', async (locale, language) => {
  const { page, errors, close } = await openStudio({ context: { locale } });
  const found: string[] = [];
  try {
    for (const view of views) {
      await page.goto(page.url().replace(/(#.*)?$/, view));
      await page.getByLabel(language).waitFor();
      await page.locator('main h1, main h2').first().waitFor();
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        const needed = await page.evaluate(() => document.documentElement.scrollWidth);
        if (needed > width) found.push(`${view} is ${needed} wide in a window of ${width}`);
      }
      await page.setViewportSize({ width: widths[0]!, height: 800 });
      found.push(...(await faultsInBothThemes(page)).map((fault) => `${view}: ${fault}`));
    }
    expect(found).toEqual([]);
    expect(errors).toEqual([]);
  } finally {
    await close();
  }
});

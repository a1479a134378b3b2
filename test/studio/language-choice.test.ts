import { expect, test } from 'vitest';
import { faultsInBothThemes } from './controls.js';
import { openStudio } from './open.js';

test('the page speaks the language of the browser, and the one that is chosen from then on', async () => {
  const { page, errors, close } = await openStudio({
    context: { locale: 'ko-KR', viewport: { width: 390, height: 800 } },
  });
  try {
    const views = page.getByRole('navigation').getByRole('link');
    await expect.poll(() => views.allInnerTexts()).toEqual(['학습', '탐색', '비교']);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('ko');
    expect(await page.title()).toBe('학습 · vaekit studio');
    const languages = page.getByLabel('언어');
    expect(await languages.locator('option').allInnerTexts()).toEqual(['English', '한국어']);

    await languages.selectOption('English');
    await expect.poll(() => views.allInnerTexts()).toEqual(['Train', 'Explore', 'Compare']);
    expect(await page.title()).toBe('Train · vaekit studio');
    await page.reload();
    await expect.poll(() => views.allInnerTexts()).toEqual(['Train', 'Explore', 'Compare']);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');

    // The header holds its parts at the width of a phone.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await faultsInBothThemes(page)).toEqual([]);
    expect(errors).toEqual([]);
  } finally {
    await close();
  }
});

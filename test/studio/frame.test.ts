import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsInBothThemes } from './controls.js';
import { type OpenStudio, openStudio } from './open.js';

const widths = [1280, 1024, 390];
const views = ['#/learn', '#/train', '#/explore', '#/compare', '#/nowhere'];

describe('the frame of the page', () => {
  let open: OpenStudio;

  beforeAll(async () => {
    open = await openStudio({ context: { locale: 'ko-KR' } });
  });

  afterAll(() => open.close());

  /** Views that are wider than their window. */
  async function tooWide(onView?: (view: string) => Promise<void>): Promise<string[]> {
    const { page } = open;
    const found: string[] = [];
    for (const view of views) {
      await page.goto(page.url().replace(/(#.*)?$/, view));
      await page.locator('main h1').waitFor();
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        const needed = await page.evaluate(() => document.documentElement.scrollWidth);
        if (needed > width) found.push(`${view} is ${needed} wide in a window of ${width}`);
      }
      await onView?.(view);
    }
    return found;
  }

  const shown = async (language: string, title: string) => {
    const { page } = open;
    await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe(language);
    await expect.poll(() => page.title()).toBe(`${title} · vaekit studio`);
    const link = page.getByRole('navigation').getByRole('link', { name: title, exact: true });
    expect(await link.getAttribute('aria-current')).toBe('page');
  };

  test('speaks the language of the browser, fits its window, and hinders nobody', async () => {
    const { page } = open;
    await page.goto(page.url().replace(/(#.*)?$/, '#/train'));
    await shown('ko', '학습');
    const faults: string[] = [];
    const wide = await tooWide(async (view) => {
      faults.push(...(await faultsInBothThemes(page)).map((fault) => `${view}: ${fault}`));
    });
    expect(wide).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('speaks the language that is chosen, and still does when it is opened again', async () => {
    const { page, errors } = open;
    const languages = page.getByLabel('언어');
    expect(await languages.locator('option').allInnerTexts()).toEqual(['English', '한국어']);
    await languages.selectOption('English');
    expect(await tooWide()).toEqual([]);
    await page.goto(page.url().replace(/(#.*)?$/, '#/compare'));
    await shown('en', 'Compare');
    await page.reload();
    await shown('en', 'Compare');
    expect(errors).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import {
  button,
  endless,
  faultsInBothThemes,
  field,
  figure,
  fill,
  trainOwnImages,
  waitFor,
} from './controls.js';
import { openStudio } from './open.js';

describe.skipIf(!chromiumPath)(`a run in several tabs${skipReason}`, () => {
  test('is trained by one tab, shown by the other, taken over, and explored meanwhile', async () => {
    const { page, close, errors } = await openStudio();
    try {
      await trainOwnImages(page, endless);
      await waitFor(page, 'training');
      await expect.poll(() => figure(page, 'Epoch')).toBeGreaterThan(2);
      const row = '[aria-labelledby=kept-runs] li';
      await page.locator(row).filter({ hasText: 'training' }).waitFor();

      // Another tab shows the run as it trains, and does not train it too.
      const other = await page.context().newPage();
      await other.goto(page.url());
      const status = other.locator('.status-head [role=status]');
      await status.filter({ hasText: 'Another tab trains this run' }).waitFor();
      await other.locator(row).filter({ hasText: 'training in another tab' }).waitFor();
      expect(await other.getByRole('button', { name: /^Remove / }).isDisabled()).toBe(true);
      const seen = await figure(other, 'Epoch');
      await expect.poll(() => figure(other, 'Epoch')).toBeGreaterThan(seen + 2);
      await other.locator('.reconstructions canvas').first().waitFor();
      const moment = other.getByText(/^after [\d.,]+ epochs?$/);
      const shownFirst = await moment.innerText();
      await expect.poll(() => moment.innerText()).not.toBe(shownFirst);
      expect(await field(other, 'β').isDisabled()).toBe(true);
      expect(await button(other, 'Go on').count()).toBe(0);
      expect(await faultsInBothThemes(other)).toEqual([]);

      // Explore has its state at a moment, and offers a newer one.
      await page.locator('.status-head').getByRole('link', { name: 'Explore' }).click();
      const note = page.locator('.notice').filter({ hasText: 'This model still trains' });
      await note.waitFor();
      const epochs = async () => Number(/after ([\d.,]+) epochs/.exec(await note.innerText())![1]);
      const first = await epochs();
      await page.getByRole('button', { name: /^Show it after/ }).click();
      await expect.poll(epochs).toBeGreaterThan(first);
      await page.locator('.map canvas').first().waitFor();
      await page.goBack();

      // The other tab takes it over, and the first one shows it.
      await button(other, 'Go on here').click();
      await waitFor(other, 'training');
      const shown = page.locator('.status-head [role=status]');
      await shown.filter({ hasText: 'Another tab trains this run' }).waitFor();
      await fill(other, 'β', 3);
      await expect.poll(() => field(page, 'β').inputValue()).toBe('3');
      // A tab that closes leaves the run paused, where it was last kept.
      await other.close();
      await waitFor(page, 'paused');
      await button(page, 'Go on').click();
      await waitFor(page, 'training');
      await button(page, 'Pause').click();
      await waitFor(page, 'paused');
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  }, 120_000);
});

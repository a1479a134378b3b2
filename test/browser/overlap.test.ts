import { expect, test } from 'vitest';
import { chromiumPath, openPage, skipReason } from './chromium.js';

test.skipIf(!chromiumPath)(
  `hundreds of overlapping calls in Chromium give the same as each alone${skipReason}`,
  async () => {
    const { page, close } = await openPage();
    try {
      const { calls, different } = await page.evaluate(() => window.overlapping(window.vaekit, 24));
      expect(different).toEqual([]);
      expect(calls).toBeGreaterThan(500);
    } finally {
      await close();
    }
  },
  180_000,
);

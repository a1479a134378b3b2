import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { emptyFolder } from '../cli/process.js';
import { type OpenStudio, openStudio } from './open.js';
import { writeSmallRun } from './small-run.js';

/** Finds where the crosshair is drawn on the map, by its colour; undefined where none is. */
function crosshair(page: Page): Promise<[x: number, y: number] | undefined> {
  return page.locator('.map > canvas:nth-of-type(3)').evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
    const isInk = (x: number, y: number) =>
      data[4 * (y * width + x)]! > 230 && data[4 * (y * width + x) + 3]! > 230;
    const scale = canvas.clientWidth / width;
    const reach = Math.round(12 / scale);
    // Its four arms lie as far from its middle, and nothing is between them but the ring.
    for (let y = reach; y < height - reach; y++) {
      for (let x = reach; x < width - reach; x++) {
        const arms = [
          isInk(x - reach, y),
          isInk(x + reach, y),
          isInk(x, y - reach),
          isInk(x, y + reach),
        ];
        if (isInk(x, y) && arms.every(Boolean)) return [x * scale, y * scale];
      }
    }
    return undefined;
  });
}

const place = (page: Page) => page.locator('[data-place]').innerText();

describe.skipIf(!chromiumPath)(`the map of the studio${skipReason}`, () => {
  let folder: string;
  let opened: OpenStudio;
  let page: Page;

  beforeAll(async () => {
    folder = await emptyFolder();
    await writeSmallRun(folder, 'small');
    opened = await openStudio({ path: join(folder, 'runs'), at: '#/explore/served%3Asmall' });
    page = opened.page;
    await page.locator('[data-place]').waitFor();
  }, 60_000);

  afterAll(() => opened?.close());

  test('zooms about the crosshair by keys and buttons, and never loses it', async () => {
    await page.locator('.map').focus();
    for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowRight');
    const stands = await place(page);
    await expect.poll(() => crosshair(page)).toBeDefined();
    const before = (await crosshair(page))!;
    for (let i = 0; i < 12; i++) await page.keyboard.press('+');
    await page.getByRole('button', { name: 'Zoom in' }).click();
    const after = async () => {
      const [x, y] = (await crosshair(page)) ?? [Number.NaN, Number.NaN];
      return Math.hypot(x - before[0], y - before[1]);
    };
    await expect.poll(after).toBeLessThan(3);
    expect(await place(page)).toBe(stands);
    // Moved out of sight, it is shown again before all grows.
    await page.locator('.map').focus();
    for (let i = 0; i < 40; i++) await page.keyboard.press('Shift+ArrowLeft');
    await expect.poll(() => crosshair(page)).toBeUndefined();
    await page.keyboard.press('-');
    await expect.poll(() => crosshair(page)).toBeDefined();
    expect(await place(page)).toBe(stands);
  });

  test('shows the place of a drawing, wherever it lands', async () => {
    await page.locator('.map').focus();
    for (let i = 0; i < 14; i++) await page.keyboard.press('+');
    const before = await place(page);
    const pad = (await page.locator('.pad canvas').boundingBox())!;
    await page.mouse.move(pad.x + 20, pad.y + 20);
    await page.mouse.down();
    await page.mouse.move(pad.x + pad.width - 20, pad.y + 30, { steps: 4 });
    await page.mouse.move(pad.x + 30, pad.y + pad.height - 20, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => place(page)).not.toBe(before);
    await expect.poll(() => crosshair(page)).toBeDefined();
  });
});

test.skipIf(!chromiumPath)(`on a phone, one finger scrolls past the map${skipReason}`, async () => {
  const folder = await emptyFolder();
  await writeSmallRun(folder, 'small');
  const { page, close, errors } = await openStudio({
    path: join(folder, 'runs'),
    at: '#/explore/served%3Asmall',
    context: { viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true },
  });
  try {
    await page.locator('.notice').waitFor();
    await page.locator('.map').evaluate((element) => element.scrollIntoView());
    const map = (await page.locator('.map').boundingBox())!;
    const session = await page.context().newCDPSession(page);
    const touch = (type: string, ...points: (readonly [number, number])[]) =>
      session.send('Input.dispatchTouchEvent', {
        type: type as 'touchStart',
        touchPoints: points.map(([x, y], id) => ({ x, y, id })),
      });
    const scrolled = () => page.evaluate(() => scrollY);
    const [left, middle] = [map.x + 40, map.y + map.height / 2];
    const swipe = async (from: readonly [number, number], up: number) => {
      await touch('touchStart', from);
      for (let i = 1; i <= 10; i++) await touch('touchMove', [from[0], from[1] - (i * up) / 10]);
      await touch('touchEnd');
    };
    const stands = await place(page);
    const first = await scrolled();
    await swipe([left, middle], 150);
    await expect.poll(scrolled).toBeGreaterThan(first + 60);
    expect(await place(page)).toBe(stands);
    // The page goes on a little after the finger.
    const back = async () => {
      await page.evaluate((top) => scrollTo(0, top), first);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return scrolled();
    };
    await expect.poll(back).toBe(first);

    // A tap goes to a place, and a finger on the mark there walks.
    await touch('touchStart', [left, middle]);
    await touch('touchEnd');
    await expect.poll(() => place(page)).not.toBe(stands);
    // The map is drawn a frame after the words beside it.
    await expect
      .poll(async () => Math.abs(((await crosshair(page))?.[0] ?? 0) - (left - map.x)))
      .toBeLessThan(3);
    const [x, y] = (await crosshair(page))!;
    const tapped = await place(page);
    await swipe([map.x + x, map.y + y], 80);
    await expect.poll(() => place(page)).not.toBe(tapped);
    expect(await scrolled()).toBe(first);

    // Two fingers move and zoom.
    const walked = await place(page);
    const at = async () => (await crosshair(page))!;
    const before = await at();
    await touch('touchStart', [left, middle], [left + 100, middle]);
    for (let i = 1; i <= 10; i++) {
      await touch('touchMove', [left, middle + 4 * i], [left + 100, middle + 4 * i]);
    }
    await touch('touchEnd');
    await expect.poll(async () => Math.round((await at())[1] - before[1])).toBeGreaterThan(30);
    expect([await place(page), await scrolled()]).toEqual([walked, first]);
    expect(errors.filter((message) => !/404/.test(message))).toEqual([]);
  } finally {
    await close();
  }
});

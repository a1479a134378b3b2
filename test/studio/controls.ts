import axe from 'axe-core';
import { Tensor } from 'onnxruntime-common';
import type { Locator, Page } from 'playwright-core';
import { encodeNpy } from '../../src/data/codecs/npy.js';
import { quarters } from '../cli/process.js';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/** Images of the user's own, in a file: 600 of 8 × 8 pixels. */
const { images } = quarters(600, 1);
export const ownImages = {
  name: 'quarters.npy',
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(encodeNpy(new Tensor('uint8', images, [600, 8, 8]))),
};

export const button = (page: Page, name: string): Locator =>
  page.getByRole('button', { name, exact: true });

export const field = (page: Page, name: string): Locator => page.getByLabel(name, { exact: true });

/** Writes into a field, and leaves it. */
export async function fill(page: Page, name: string, value: string | number): Promise<void> {
  await field(page, name).fill(String(value));
  await field(page, name).press('Tab');
}

/** Waits until the form shows the plan of the chosen settings. */
export const planned = (page: Page): Promise<void> =>
  page.locator('form[data-planned=true]').waitFor();

/** A number of the page's figures. */
export async function figure(page: Page, name: string): Promise<number> {
  const row = page.locator('.figures > div').filter({ has: button(page, name) });
  return Number.parseFloat(await row.locator('dd').innerText());
}

const words = { done: /^Done/, paused: /^Paused/, training: /^Training/ };

/** Waits until the training stands so. It must stay so: a wait may come late. */
export async function waitFor(page: Page, state: keyof typeof words): Promise<void> {
  await page
    .locator('.status-head [role=status]')
    .filter({ hasText: words[state] })
    .waitFor({ timeout: 60_000 });
}

/** Gives files to the page. */
export async function give(
  page: Page,
  files: Parameters<Locator['setInputFiles']>[0],
): Promise<void> {
  const own = page.locator('.own-data');
  if (!(await own.evaluate((details: HTMLDetailsElement) => details.open))) {
    await own.locator('summary').click();
  }
  await own.locator('input[type=file]').first().setInputFiles(files);
}

/** Gives the page `ownImages`, and starts a training of the smallest network on them. */
export async function trainOwnImages(page: Page, epochs: number): Promise<void> {
  await give(page, ownImages);
  await page.locator('.own-data [role=status]').filter({ hasText: '600 examples' }).waitFor();
  await field(page, 'Network').selectOption('dense');
  await fill(page, 'Epochs', epochs);
  await button(page, 'Start training').click();
}

/** Epochs of `ownImages` that no test waits for. */
export const endless = 10_000;

/**
 * Starts a training, and pauses it once more than a share of its steps is done. The page itself presses the
 * button: on a busy machine a test may come when all steps are done.
 */
export async function pauseAfter(
  page: Page,
  share: number,
  start: () => Promise<void>,
): Promise<void> {
  const pressed = page.evaluate(
    (share) =>
      new Promise<void>((resolve) => {
        const press = () => {
          const pause = [...document.querySelectorAll('button')].find(
            ({ textContent }) => textContent === 'Pause',
          );
          if (!pause || !((document.querySelector('progress')?.position ?? 0) > share)) return;
          observer.disconnect();
          pause.click();
          resolve();
        };
        const observer = new MutationObserver(press);
        observer.observe(document.body, { subtree: true, childList: true, attributes: true });
      }),
    share,
  );
  await start();
  await pressed;
  await waitFor(page, 'paused');
}

/** Accessibility faults, however small. */
export async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  // Has axe list nothing but faults.
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { resultTypes: ['violations'] }),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Accessibility faults in light and in dark colours, as the page stands. */
export async function faultsInBothThemes(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (let i = 0; i < 2; i++) {
    found.push(...(await faults(page)));
    // The icon is the same in every language.
    await page.locator('.app-header button', { hasText: /^[☀☾]$/ }).click();
  }
  return found;
}

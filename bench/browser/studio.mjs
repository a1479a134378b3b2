import { startStudio } from '../../dist/studio-server/server.js';
import { longestTask } from '../../test/studio/longest-task.mjs';

/** Epochs for which the page trains while its main thread is watched. */
const epochs = 4;

/**
 * Trains the dense preset in the studio's page, and watches its main thread.
 * @param {import('playwright-core').Browser} browser
 * @returns {Promise<import('../results.mjs').LongestTask>}
 */
export async function studioTask(browser) {
  const studio = await startStudio({ port: 0 });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.goto(studio.address);
    await page.getByLabel('Network', { exact: true }).selectOption('dense');
    const field = page.getByLabel('Epochs', { exact: true });
    await field.fill(String(epochs));
    await field.press('Tab');
    return await longestTask({ browser, page }, async () => {
      await page.getByRole('button', { name: 'Start training' }).click();
      await page.getByText(/^Done\./).waitFor({ timeout: 60_000 });
    });
  } finally {
    await context.close();
    await studio.close();
  }
}

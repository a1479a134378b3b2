import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of Chromium, if it is installed. */
export const chromiumPath = candidates.find((path) => existsSync(path));

/**
 * Starts Chromium, which talks to nobody of its own accord.
 * @param {readonly string[]} [more] flags
 * @returns {Promise<import('playwright-core').Browser>}
 */
export function launchChromium(more = []) {
  return chromium.launch({
    executablePath: /** @type {string} */ (chromiumPath),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });
}

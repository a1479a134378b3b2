import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { type Studio, startStudio } from '../../src/studio-server/server.js';
import { sharedChromium } from '../browser/chromium.js';

/** Folder where the page was built. */
export const builtPage = fileURLToPath(new URL('../../dist/studio', import.meta.url));

if (!existsSync(builtPage)) {
  throw new Error('These tests show what is built: npm run build:studio first.');
}

export interface OpenStudio {
  readonly page: Page;
  readonly studio: Studio;
  /** Requests to any other origin than the page's own. */
  readonly foreignRequests: readonly string[];
  /** Errors of the page: uncaught errors and messages of its console. */
  readonly errors: string[];
  close(): Promise<void>;
}

/**
 * Starts the studio's server and opens its page in Chromium.
 * @param options.path runs to serve
 * @param options.at the part of the address after `#`
 * @param options.context of the browser: the size of its window, colours
 * @param options.flags of Chromium
 * @param options.prepare is run on the page before its own scripts
 */
export async function openStudio(
  options: {
    readonly path?: string;
    readonly at?: string;
    readonly context?: BrowserContextOptions;
    readonly prepare?: (page: Page) => Promise<void>;
    readonly flags?: readonly string[];
  } = {},
): Promise<OpenStudio> {
  // Keeps runs of the working folder, such as the one of npm start, out of tests.
  const path = options.path ?? (await mkdtemp(join(tmpdir(), 'vaekit-no-runs-')));
  const studio = await startStudio({ path, port: 0, page: builtPage });
  const browser = await sharedChromium(options.flags);
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    ...options.context,
  });
  const page = await context.newPage();
  const own = new URL(studio.address).origin;
  const foreignRequests: string[] = [];
  const errors: string[] = [];
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (/^(https?|wss?):$/.test(protocol) && origin !== own) foreignRequests.push(request.url());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await options.prepare?.(page);
  await page.goto(studio.address.replace(/#.*$/, '') + (options.at ?? ''));
  return {
    page,
    studio,
    foreignRequests,
    errors,
    async close() {
      await context.close();
      await studio.close();
      if (options.path === undefined) await rm(path, { recursive: true });
    },
  };
}

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { sourceAliases } from '../../sources.js';
import { chromiumPath, launchChromium } from './launch.mjs';

export { chromiumPath };

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The reason why tests in a browser are skipped, for their names. */
export const skipReason = chromiumPath ? '' : ' (skipped: no Chromium is installed)';

/** Lets pages use WebGPU, by an adapter in software. */
export const softwareWebGpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

const running = new Map<string, Browser>();

/**
 * Chromium, which all tests of a process share: to start it takes more than many of them. It ends with the process.
 * @param more Chromium's flags
 */
export async function sharedChromium(more: readonly string[] = []): Promise<Browser> {
  const flags = more.join(' ');
  const found = running.get(flags);
  if (found?.isConnected()) return found;
  const browser = await launchChromium(more);
  running.set(flags, browser);
  return browser;
}

export interface OpenPage {
  readonly page: Page;
  /** Requests to any other origin than the page's own. */
  readonly foreignRequests: readonly string[];
  close(): Promise<void>;
}

let server: Promise<ViteDevServer> | undefined;

/** A server of the library as a browser gets it, which all tests of a process share: what it has built stays built. */
async function serve(): Promise<ViteDevServer> {
  const made = await createServer({
    // Processes of tests run side by side.
    cacheDir: join(root, 'node_modules', '.vite', `page-${process.env.VITEST_POOL_ID}`),
    root: fileURLToPath(new URL('./page', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    resolve: { alias: sourceAliases('browser') },
    optimizeDeps: { exclude: ['onnxruntime-web'] },
    server: {
      host: '127.0.0.1',
      port: 0,
      fs: { allow: [root] },
      headers: {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      },
    },
  });
  return made.listen();
}

/**
 * Serves the library, cross-origin isolated, and opens it in Chromium.
 * @param more Chromium's flags
 */
export async function openPage(more: readonly string[] = []): Promise<OpenPage> {
  server ??= serve();
  const address = (await server).resolvedUrls!.local[0]!;
  const browser = await sharedChromium(more);
  const page = await browser.newPage();
  const foreignRequests: string[] = [];
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^(https?|wss?):$/.test(protocol) && hostname !== '127.0.0.1') {
      foreignRequests.push(request.url());
    }
  });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(address, { timeout: 60_000 });
  try {
    // The first visit may reload once, when vite has bundled the dependencies.
    await page.waitForFunction(() => document.title === 'ready', undefined, { timeout: 60_000 });
  } catch (error) {
    throw new Error(`The page did not start: ${errors.join('; ')}`, { cause: error });
  }
  return {
    page,
    foreignRequests,
    close: () => page.close(),
  };
}

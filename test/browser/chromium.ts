import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { sourceAliases } from '../../sources.js';
import { chromiumPath, launchChromium } from './launch.mjs';

export { chromiumPath, launchChromium };

/** The reason why tests in a browser are skipped, for their names. */
export const skipReason = chromiumPath ? '' : ' (skipped: no Chromium is installed)';

/** Lets pages use WebGPU, by an adapter in software. */
export const softwareWebGpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

export interface OpenPage {
  readonly page: Page;
  /** Requests to any other origin than the page's own. */
  readonly foreignRequests: readonly string[];
  close(): Promise<void>;
}

/**
 * Serves the library as a browser gets it, cross-origin isolated, and opens it in Chromium.
 * @param more Chromium's flags
 */
export async function openPage(more: readonly string[] = []): Promise<OpenPage> {
  // Gives each test file its own cache: they run side by side.
  const cacheDir = await mkdtemp(join(tmpdir(), 'vaekit-vite-'));
  const server: ViteDevServer = await createServer({
    cacheDir,
    root: fileURLToPath(new URL('./page', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    resolve: { alias: sourceAliases('browser') },
    optimizeDeps: { exclude: ['onnxruntime-web'] },
    server: {
      host: '127.0.0.1',
      port: 0,
      fs: { allow: [fileURLToPath(new URL('../..', import.meta.url))] },
      headers: {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      },
    },
  });
  await server.listen();
  const browser = await launchChromium(more);
  const page = await browser.newPage();
  const address = server.resolvedUrls!.local[0]!;
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
  await page.goto(address);
  try {
    // The first visit may reload once, when vite has bundled the dependencies.
    await page.waitForFunction(() => document.title === 'ready', undefined, { timeout: 60_000 });
  } catch (error) {
    throw new Error(`The page did not start: ${errors.join('; ')}`, { cause: error });
  }
  return {
    page,
    foreignRequests,
    async close() {
      await browser.close();
      await server.close();
      await rm(cacheDir, { recursive: true });
    },
  };
}

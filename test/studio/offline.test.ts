import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildSite } from '../../src/studio-server/site.js';
import { sharedChromium } from '../browser/chromium.js';
import { button, trainOwnImages, waitFor } from './controls.js';
import { builtPage } from './open.js';

/** The path of the studio on a host that has other things too. */
const under = '/class/studio/';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** A plain static host: it knows types of files, and sends no other headers. */
async function host(folder: string, port = 0): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(request.url!.replace(/[?#].*/, ''));
    const file = path.slice(under.length) || 'index.html';
    try {
      if (!path.startsWith(under)) throw new Error('another place');
      const bytes = await readFile(join(folder, file));
      response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

const closed = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

let root: string;
/** The page in its first version, which has a script that the next one has not. */
let first: string;
const oldScript = 'assets/old-1a2b3c.js';
let server: Server;
let context: BrowserContext;
let page: Page;
let address: string;
const errors: string[] = [];

const build = (of: string) =>
  buildSite({
    folder: join(root, 'site'),
    path: fileURLToPath(new URL('../fixtures', import.meta.url)),
    page: of,
    cache: join(root, 'cache'),
    data: ['mnist'],
  });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vaekit-offline-'));
  first = join(root, 'first');
  await cp(builtPage, first, { recursive: true });
  await writeFile(join(first, oldScript), '');
  await build(first);
  server = await host(join(root, 'site'));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}${under}`;
  const browser = await sharedChromium();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  page.on('pageerror', (error) => errors.push(error.message));
});

afterAll(async () => {
  await context.close();
  await closed(server);
  await rm(root, { recursive: true });
});

const isKept = (path: string) =>
  page.evaluate(
    async (path) => (await caches.match(path)) !== undefined,
    new URL(path, address).href,
  );

test('gets threads from a host that sends no headers, under a path of it', async () => {
  let loads = 0;
  page.on('load', () => {
    loads++;
  });
  await page.goto(`${address}#/explore/served%3Arun-v2`);
  // The page loads itself again. A question before that would count as use by a person, and stop it.
  await expect.poll(() => loads).toBe(2);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await page.locator('select').filter({ hasText: 'run-v2' }).waitFor();
  expect(errors).toEqual([]);
});

test('works without a network after the first visit: it opens, explores and trains', async () => {
  await expect.poll(() => isKept('data/mnist/train-images-idx3-ubyte.gz')).toBe(true);
  await expect.poll(() => isKept('models/beta-1/parameters.safetensors.gz')).toBe(true);
  await context.setOffline(true);
  await closed(server);
  await page.reload();
  await page.locator('select').filter({ hasText: 'run-v2' }).waitFor();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(
    await page.locator('select').filter({ hasText: 'run-v2' }).locator('option').allInnerTexts(),
  ).toContain('run-v2');
  await page.goto(`${address}#/train`);
  await trainOwnImages(page, 1);
  await waitFor(page, 'done');
  const mnist = await page.evaluate(
    async (url) => (await fetch(url)).ok,
    `${address}data/mnist/t10k-images-idx3-ubyte.gz`,
  );
  expect(mnist).toBe(true);
  expect(errors).toEqual([]);
});

test('tells of a new version, and takes it whole with a press of the button', async () => {
  const next = join(root, 'next');
  await cp(builtPage, next, { recursive: true });
  const html = await readFile(join(next, 'index.html'), 'utf8');
  await writeFile(
    join(next, 'index.html'),
    html.replace('<div id="app">', '<div id="app" data-next>'),
  );
  await build(next);
  await context.setOffline(false);
  server = await host(join(root, 'site'), Number(new URL(address).port));
  // The version that is kept is shown, until the user says so.
  await page.goto(`${address}#/compare`);
  await page.reload();
  expect(await page.locator('#app').getAttribute('data-next')).toBe(null);
  await button(page, 'Use the new version').click();
  await page.locator('#app[data-next]').waitFor();
  await page.getByRole('heading', { name: 'Compare' }).waitFor();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(await button(page, 'Use the new version').count()).toBe(0);
  // A tab that is still open with the version before finds its scripts.
  const before = await page.evaluate(async (url) => (await fetch(url)).ok, address + oldScript);
  expect(before).toBe(true);
  expect(errors).toEqual([]);
});

import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { Tensor } from 'onnxruntime-common';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { encodeNpy } from '../../src/data/codecs/npy.js';
import { openZip, wholeFile, writeZip } from '../../src/data/files/zip.js';
import { chromiumPath, sharedChromium, skipReason } from '../browser/chromium.js';
import {
  button,
  endless,
  field,
  figure,
  give,
  ownImages,
  trainOwnImages,
  waitFor,
} from './controls.js';
import { builtPage, openStudio } from './open.js';

describe.skipIf(!chromiumPath)(`trouble in the studio${skipReason}`, () => {
  test('tells of faulty files, and trains on good ones', async () => {
    const { page, close, errors } = await openStudio();
    try {
      const alert = page.locator('.own-data [role=alert]');
      await give(page, { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
      await alert.filter({ hasText: 'notes.txt: there is no row in it.' }).waitFor();
      await give(page, { ...ownImages, buffer: ownImages.buffer.subarray(0, 1000) });
      await alert.filter({ hasText: /quarters\.npy.*damaged/ }).waitFor();
      const png = (size: number) =>
        Buffer.from(
          encode({ width: size, height: size, channels: 1, data: new Uint8Array(size * size) }),
        );
      const picture = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer });
      await give(page, [picture('a.png', png(8)), picture('b.png', Buffer.from('no picture'))]);
      const note = page.locator('.own-data [role=status]');
      await note.filter({ hasText: /1 could not be read.*b\.png/ }).waitFor();
      const labels = encodeNpy(new Tensor('uint8', new Uint8Array(600), [600]));
      const npz = await writeZip({ 'x_train.npy': ownImages.buffer, 'y_train.npy': labels });
      await give(page, { ...ownImages, name: 'packed.npz', buffer: Buffer.from(npz) });
      await note.filter({ hasText: /packed: 600 examples of 1 × 8 × 8, with labels/ }).waitFor();
      const card = page.locator('.data-card');
      await card
        .filter({ hasText: /pictures of 1 channel, 8 high and 8 wide: train 600/ })
        .waitFor();
      await card.filter({ hasText: /classes\s*1: 0 \(600\)/ }).waitFor();
      // Short epochs: their ends are told although progress is told at intervals.
      await trainOwnImages(page, 3);
      await waitFor(page, 'done');
      expect(await page.locator('.figures').innerText()).toMatch(/Validation\s+[\d.]+ nats/);
      expect(await epochsDone(page)).toBe(3);
      await page.reload();
      await expect.poll(() => field(page, 'Data').innerText()).toContain('quarters');
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  }, 120_000);

  test('keeps text typed before the page is ready', async () => {
    let goOn = () => {};
    const typed = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { page, close } = await openStudio({
      prepare: async (page) => {
        await page.route('**/worker-*.js', async (route) => {
          await typed;
          await route.continue();
        });
      },
    });
    try {
      await field(page, 'Batch').fill('4000');
      goOn();
      await expect.poll(() => field(page, 'Epochs').inputValue()).toBe('5');
      await field(page, 'Batch').press('Tab');
      await button(page, 'Start training').and(page.locator(':enabled')).waitFor();
      expect(await field(page, 'Batch').inputValue()).toBe('4000');
    } finally {
      await close();
    }
  }, 120_000);

  test('leaves a field that is chosen as it is when a plan comes', async () => {
    const { page, close } = await openStudio();
    try {
      await give(page, ownImages);
      await page.locator('.own-data [role=status]').filter({ hasText: '600 examples' }).waitFor();
      const epochs = await field(page, 'Epochs').elementHandle();
      // Does both in one turn of the page: the plan of the other network comes while the text is chosen.
      await field(page, 'Network').evaluate((network: HTMLSelectElement, input) => {
        network.value = 'dense';
        network.dispatchEvent(new Event('change', { bubbles: true }));
        (input as HTMLInputElement).focus();
        (input as HTMLInputElement).select();
      }, epochs);
      await expect.poll(() => field(page, 'Latents').inputValue()).toBe('2');
      await page.keyboard.insertText('3');
      await page.keyboard.press('Tab');
      await expect.poll(() => field(page, 'Epochs').inputValue()).toBe('3');
    } finally {
      await close();
    }
  }, 120_000);

  test('tells of a worker that is lost, and goes on from the kept checkpoint', async () => {
    const { page, close } = await openStudio();
    try {
      await trainOwnImages(page, endless);
      await waitFor(page, 'training');
      await page
        .locator('.figures')
        .filter({ hasText: /\b([3-9]|\d\d+) of 10000/ })
        .waitFor();
      expect(await asksBeforeClosing(page)).toBe(true);
      for (const worker of page.workers()) {
        await worker.evaluate(() => self.close()).catch(() => undefined);
      }
      await page.getByRole('alert').filter({ hasText: 'has stopped' }).waitFor();
      await button(page, 'Go on').click();
      await waitFor(page, 'training');
      await button(page, 'Pause').click();
      await waitFor(page, 'paused');
    } finally {
      await close();
    }
  }, 120_000);

  test('trains where the browser keeps nothing, and says so', async () => {
    const without = `Object.defineProperty(self, 'indexedDB', { value: { open() { throw new DOMException('denied', 'SecurityError'); } } });`;
    const { page, close } = await openStudio({
      prepare: async (page) => {
        await page.addInitScript(without);
        await inWorkers(page, without);
      },
    });
    try {
      await page.getByText('This browser keeps nothing for the page').first().waitFor();
      await trainOwnImages(page, endless);
      await waitFor(page, 'training');
      await button(page, 'Pause').click();
      await waitFor(page, 'paused');
      await button(page, 'Go on').click();
      await waitFor(page, 'training');
      await button(page, 'Pause').click();
      await waitFor(page, 'paused');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        button(page, 'Download').click(),
      ]);
      expect(
        readFileSync(await download.path())
          .subarray(0, 2)
          .toString(),
      ).toBe('PK');
    } finally {
      await close();
    }
  }, 120_000);

  test('loses nothing where the browser has no more room, and says so', async () => {
    // Fails as the browser does: a request, and with it the transaction.
    const full = `
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (value, key) {
        if (this.name === 'data' || this.name === 'files') {
          throw new DOMException('Encountered full disk', 'QuotaExceededError');
        }
        return key === undefined ? put.call(this, value) : put.call(this, value, key);
      };`;
    const { page, close, errors } = await openStudio({
      prepare: (page) => inWorkers(page, full),
    });
    try {
      await trainOwnImages(page, endless);
      const warning = page.locator('.notice.warning').filter({ hasText: 'has no more room' });
      await warning.first().waitFor();
      await expect.poll(() => figure(page, 'Validation')).toBeGreaterThan(0);
      await button(page, 'Pause').click();
      await waitFor(page, 'paused');
      expect(await page.locator('.status-head').innerText()).toContain('not kept in this browser');
      await warning.first().waitFor();
      // The run outlasts a click, and a try to leave the page.
      await button(page, 'New run').click();
      await page.getByRole('alert').filter({ hasText: 'it is lost when you leave it' }).waitFor();
      await button(page, 'Stay').click();
      expect(await page.locator('#run-name').innerText()).toBe('quarters-dense');
      expect(await asksBeforeClosing(page)).toBe(true);
      const trained = await epochsDone(page);
      await button(page, 'Go on').click();
      await waitFor(page, 'training');
      await expect.poll(() => epochsDone(page)).toBeGreaterThan(trained);
      await button(page, 'Pause').click();
      await waitFor(page, 'paused');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        button(page, 'Download').click(),
      ]);
      const files = await openZip(readFileSync(await download.path()), 'run.zip');
      const lines = await wholeFile(files.get('metrics.jsonl')!, 'metrics.jsonl');
      expect(Buffer.from(lines).toString().trim().split('\n').length).toBeGreaterThan(trained);
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  }, 120_000);

  test('says that nothing can be computed without WebAssembly', async () => {
    const { page, close } = await openStudio({
      prepare: (page) => inWorkers(page, 'delete self.WebAssembly;'),
    });
    try {
      await trainOwnImages(page, 1);
      await page
        .getByRole('alert')
        .filter({ hasText: 'This browser has no WebAssembly' })
        .waitFor();
    } finally {
      await close();
    }
  }, 120_000);

  test('does not go on from a damaged state, and says so', async () => {
    const { page, close } = await openStudio();
    try {
      await trainOwnImages(page, endless);
      await waitFor(page, 'training');
      await button(page, 'Pause').click();
      await waitFor(page, 'paused');
      await page.evaluate(
        () =>
          new Promise((resolve, reject) => {
            const opening = indexedDB.open('vaekit-studio');
            opening.onerror = reject;
            opening.onsuccess = () => {
              const files = opening.result.transaction('files', 'readwrite').objectStore('files');
              files.openCursor().onsuccess = (event) => {
                const cursor = (event.target as IDBRequest<IDBCursorWithValue | null>).result;
                if (!cursor) return resolve(undefined);
                if (String(cursor.key).includes('checkpoint')) {
                  cursor.update((cursor.value as Blob).slice(0, 500));
                }
                cursor.continue();
              };
            };
          }),
      );
      await page.reload();
      await waitFor(page, 'paused');
      await button(page, 'Go on').click();
      await page.getByRole('alert').filter({ hasText: 'checkpoint.safetensors' }).waitFor();
      expect(await page.locator('.run-list li').count()).toBe(1);
    } finally {
      await close();
    }
  }, 120_000);

  test('works from a static host, with one thread, and says so', async () => {
    const server = await staticHost();
    const page = await (await sharedChromium()).newPage();
    try {
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/some/where/`);
      await page.getByText('This page runs with one thread').waitFor();
      await trainOwnImages(page, 1);
      await waitFor(page, 'done');
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    } finally {
      await page.close();
      server.close();
    }
  }, 120_000);
});

/** Tells whether the page asks when someone wants to close it; they stay. */
async function asksBeforeClosing(page: Page): Promise<boolean> {
  const asked = page.waitForEvent('dialog', { timeout: 5000 });
  await page.close({ runBeforeUnload: true });
  const dialog = await asked.catch(() => undefined);
  await dialog?.dismiss();
  return dialog?.type() === 'beforeunload';
}

/** Runs code in each of the page's workers before their own. */
async function inWorkers(page: Page, code: string): Promise<void> {
  await page.route('**/worker-*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: code + (await response.text()) });
  });
}

const epochsDone = (page: Page) => figure(page, 'Epoch');

/** Serves the built folder under a path, without any header of its own. */
async function staticHost(): Promise<Server> {
  const types: Record<string, string> = {
    css: 'text/css',
    html: 'text/html',
    js: 'text/javascript',
    wasm: 'application/wasm',
  };
  const server = createServer((request, response) => {
    const [, name] = /^\/some\/where\/([^?]*)/.exec(request.url ?? '') ?? [];
    const path = join(builtPage, name || 'index.html');
    if (name === undefined || !existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    const type = types[/\.(\w+)$/.exec(path)?.[1] ?? ''] ?? 'application/octet-stream';
    response.writeHead(200, { 'Content-Type': type });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

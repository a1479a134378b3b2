import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { builtPage } from './open.js';

/** The page's scripts and styles. */
const files = readdirSync(builtPage, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => /\.(html|js|css|svg)$/.test(name));

const isRuntime = (name: string) => /(^|\/)ort[-.]/.test(name);

/** Bytes of files as they are sent. */
const sizeOf = (names: readonly string[]) =>
  names
    .map((name) => gzipSync(readFileSync(join(builtPage, name)), { level: 9 }).length)
    .reduce((sum, size) => sum + size, 0);

/** The files that a file needs at once: not those that it imports later, by a function. */
function neededBy(name: string): string[] {
  const text = readFileSync(join(builtPage, name), 'utf8');
  const pattern = name.endsWith('.html')
    ? /(?:src|href)="\.\/([^"]+)"/g
    : /(?:from|import)\s*["']\.\/([^"']+)["']/g;
  const folder = name.includes('/') ? `${name.slice(0, name.lastIndexOf('/'))}/` : '';
  return [...text.matchAll(pattern)].map(([, found]) => `${folder}${found}`);
}

const isWorker = (name: string) => /(^|\/)worker-/.test(name);

/** Files that the page and its worker fetch before anything is asked of them. */
const fetchedAtStart = () => closureOf(['index.html', ...files.filter(isWorker)]);

/** Files with all that they need at once. */
function closureOf(names: readonly string[]): string[] {
  const found = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name) || !files.includes(name)) continue;
    found.add(name);
    if (!isRuntime(name)) waiting.push(...neededBy(name));
  }
  return [...found].filter((name) => !isRuntime(name));
}

test('the page takes at most 100 kB compressed before its first view, and 300 kB with its worker', () => {
  const page = closureOf(['index.html']);
  expect(page.length).toBeGreaterThan(3);
  expect(sizeOf(page)).toBeGreaterThan(30_000);
  expect(sizeOf(page)).toBeLessThan(100_000);
  // The worker is fetched once the view is there; readers of tables, archives and matrices when there is
  // something to read. The runtime is not counted.
  expect(sizeOf(fetchedAtStart())).toBeLessThan(300_000);
});

test('no script that is fetched later takes more than 100 kB compressed', () => {
  const own = fetchedAtStart();
  const later = files.filter((name) => !own.includes(name) && !isRuntime(name));
  expect(later.length).toBeGreaterThan(10);
  for (const name of later) expect([name, sizeOf([name]) < 100_000]).toEqual([name, true]);
});

test('the page itself checks no schemas: zod is in the worker alone', () => {
  const hasZod = (name: string) => readFileSync(join(builtPage, name), 'utf8').includes('_zod');
  const scripts = files.filter((name) => name.endsWith('.js') && !isRuntime(name));
  const ofWorker = closureOf(files.filter(isWorker));
  expect(scripts.filter((name) => hasZod(name) && !ofWorker.includes(name))).toEqual([]);
  expect(closureOf(['index.html']).filter(hasZod)).toEqual([]);
});

test('each runtime is there once, and nothing is there compressed too', () => {
  const there = readdirSync(builtPage, { recursive: true, encoding: 'utf8' });
  // One computes with WebAssembly alone, the other with WebGPU too; the page fetches the one that it uses.
  const builds = there.filter((name) => name.endsWith('.wasm')).map((name) => basename(name));
  expect(builds.sort()).toEqual([
    'ort-wasm-simd-threaded.asyncify.wasm',
    'ort-wasm-simd-threaded.wasm',
  ]);
  // The shipped models are there compressed alone.
  expect(there.filter((name) => name.endsWith('.gz') && !name.startsWith('models'))).toEqual([]);
});

test('the page names no other host', () => {
  const html = readFileSync(join(builtPage, 'index.html'), 'utf8');
  expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(html).not.toMatch(/<script>|<style|\son\w+=/);
});

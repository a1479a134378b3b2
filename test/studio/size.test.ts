import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { builtPage } from './open.js';

/** The page's files, without the runtime: its WebAssembly and the script that drives that. */
const files = readdirSync(builtPage, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(html|js|css|svg)$/.test(name),
);

test('the page takes at most 250 kB compressed, the runtime not counted', () => {
  // Scripts that pack downloads, those for matrices and those that name foreign files are fetched when
  // they are needed.
  const own = files.filter((name) => !/(^|[\\/])(ort|zip|matrix|foreign)[-.]/.test(name));
  const sizes = own.map(
    (name) => gzipSync(readFileSync(join(builtPage, name)), { level: 9 }).length,
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(own.length).toBeGreaterThan(3);
  expect(total).toBeGreaterThan(50_000);
  expect(total).toBeLessThan(250_000);
});

test('each runtime is there once, and nothing is there compressed too', () => {
  const there = readdirSync(builtPage, { recursive: true, encoding: 'utf8' });
  // One computes with WebAssembly alone, the other with WebGPU too; the page fetches what it uses.
  const builds = there.filter((name) => name.endsWith('.wasm')).map((name) => basename(name));
  expect(builds.sort()).toEqual([
    'ort-wasm-simd-threaded.asyncify.wasm',
    'ort-wasm-simd-threaded.wasm',
  ]);
  expect(there.filter((name) => name.endsWith('.gz'))).toEqual([]);
});

test('the page names no other host', () => {
  const html = readFileSync(join(builtPage, 'index.html'), 'utf8');
  expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(html).not.toMatch(/<script>|<style|\son\w+=/);
});

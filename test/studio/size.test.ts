import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { builtPage } from './open.js';

/** The page's files, without the runtime: its WebAssembly and the script that drives that. */
const files = readdirSync(builtPage, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(html|js|css|svg)$/.test(name),
);

test('the page takes at most 250 kB compressed, the runtime not counted', () => {
  // What packs a download is fetched when there is one.
  const own = files.filter((name) => !/(^|[\\/])(ort|zip)[-.]/.test(name));
  const sizes = own.map(
    (name) => gzipSync(readFileSync(join(builtPage, name)), { level: 9 }).length,
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(own.length).toBeGreaterThan(3);
  expect(total).toBeGreaterThan(50_000);
  expect(total).toBeLessThan(250_000);
});

test('each runtime is there once, beside a compressed copy', () => {
  const assets = join(builtPage, 'assets');
  const wasm = readdirSync(assets).filter((name) => /\.wasm$/.test(name));
  // One computes with WebAssembly alone, the other with WebGPU too; the page fetches what it uses.
  expect(wasm.length).toBeLessThanOrEqual(2);
  expect(wasm.some((name) => /^ort-wasm-simd-threaded-/.test(name))).toBe(true);
  for (const name of wasm) {
    const [plain, small] = [name, `${name}.gz`].map((each) => readFileSync(join(assets, each)));
    expect(small!.length).toBeLessThan(plain!.length / 3);
  }
});

test('the page names no other host', () => {
  const html = readFileSync(join(builtPage, 'index.html'), 'utf8');
  expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(html).not.toMatch(/<script>|<style|\son\w+=/);
});

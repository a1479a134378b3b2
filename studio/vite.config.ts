import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { sourceAliases } from '../sources.js';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Writes `name.gz` beside every file that gzip makes smaller, for the studio's server. */
function compressed(outDir: string): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async closeBundle() {
      const files = await readdir(outDir, { recursive: true, withFileTypes: true });
      for (const file of files) {
        if (!file.isFile() || !/\.(js|mjs|css|html|svg|wasm|json)$/.test(file.name)) continue;
        const path = join(file.parentPath, file.name);
        const small = await promisify(gzip)(await readFile(path), { level: 9 });
        await writeFile(`${path}.gz`, small);
      }
    },
  };
}

const outDir = folder('../dist/studio');

/** Both the page and its workers need the library as a browser gets it. */
const alias = {
  ...sourceAliases('browser'),
  vaekit: folder('../src/index.ts'),
};

export default defineConfig({
  root: folder('.'),
  // Addresses relative to the page, so that the folder works under any path of a static host.
  base: './',
  resolve: { alias },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: 'licenses.md' },
    chunkSizeWarningLimit: 1000,
  },
  plugins: [compressed(outDir)],
});

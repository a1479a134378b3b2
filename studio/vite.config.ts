import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { sourceAliases } from '../sources.js';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Both the page and its workers need the library as a browser gets it. */
const alias: Record<string, string> = {
  ...sourceAliases('browser'),
  vaekit: folder('../src/index.ts'),
};

/** The runtime's scripts, which `packaging/vendor.mjs` puts among the assets: programs load the same. */
const runtime: Record<string, string> = {};
for (const [name, path] of Object.entries(alias)) {
  if (!name.startsWith('#onnxruntime-web/')) continue;
  runtime[name] = `./${relative(folder('../dist/studio/assets'), path)}`;
  delete alias[name];
}
const rolldownOptions = { external: Object.keys(runtime), output: { paths: runtime } };

export default defineConfig({
  root: folder('.'),
  // Addresses relative to the page, so that the folder works under any path of a static host.
  base: './',
  resolve: { alias },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es', rolldownOptions },
  build: {
    rolldownOptions: {
      ...rolldownOptions,
      input: [folder('index.html'), folder('service-worker/service-worker.ts')],
      output: {
        ...rolldownOptions.output,
        // A service worker acts on the folder that it lies in.
        entryFileNames: ({ name }) =>
          name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js',
      },
    },
    outDir: folder('../dist/studio'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: 'licenses.md' },
    chunkSizeWarningLimit: 1000,
  },
});

import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';
import { mnistFolder } from '../mnist.mjs';

const root = fileURLToPath(new URL('page', import.meta.url));
const outDir = fileURLToPath(new URL('build', import.meta.url));

const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * Builds the page of the contestants and serves it, isolated from other origins, with MNIST beside it.
 * @returns {Promise<{ address: string, close: () => Promise<void> }>}
 */
export async function servePage() {
  const settings = { root, configFile: /** @type {const} */ (false) };
  await build({
    ...settings,
    logLevel: 'error',
    // TensorFlow.js starts threads from the text of its functions, which must keep its names.
    build: { outDir, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, minify: false },
    worker: { format: 'es' },
  });
  const server = await preview({
    ...settings,
    logLevel: 'error',
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0, headers },
    plugins: [
      {
        name: 'mnist',
        configurePreviewServer({ middlewares }) {
          middlewares.use('/mnist/train-images-idx3-ubyte', (_, response) => {
            response.setHeader('Content-Type', 'application/octet-stream');
            createReadStream(`${mnistFolder}/train-images-idx3-ubyte`).pipe(response);
          });
        },
      },
    ],
  });
  return {
    address: server.resolvedUrls?.local[0] ?? '',
    close: () => server.close(),
  };
}

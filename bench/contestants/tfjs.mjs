import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mnistFolder } from '../mnist.mjs';

const program = fileURLToPath(new URL('../peers/tfjs/node.mjs', import.meta.url));
const installed = fileURLToPath(
  new URL('../node_modules/@tensorflow/tfjs/package.json', import.meta.url),
);

const names = { wasm: 'TensorFlow.js, WebAssembly', cpu: 'TensorFlow.js, JavaScript' };

/**
 * @param {keyof typeof names} backend
 * @param {import('../networks.mjs').Size['network']} network
 * @param {number} batch
 * @param {number} steps in a stretch
 * @param {number} [stretches]
 * @param {boolean} [once] whether one round is enough, so slow is it
 * @returns {import('./index.mjs').Contestant}
 */
export const tfjs = (backend, network, batch, steps, stretches = 3, once = false) => ({
  name: names[backend],
  once,
  available: () =>
    existsSync(installed) ? undefined : 'not installed (run npm ci --prefix bench)',
  command: () => ({
    program: process.execPath,
    args: [program, backend, network, mnistFolder, ...[steps, batch, stretches].map(String)],
  }),
});

/**
 * Its native library is not in its package: an install script downloads it.
 * @type {import('./index.mjs').Contestant}
 */
export const tfjsNode = {
  name: 'TensorFlow.js, tfjs-node',
  available: () =>
    'its native library is not on npm: an install script downloads it, and scripts are off here',
  command: () => {
    throw new Error('not available');
  },
};

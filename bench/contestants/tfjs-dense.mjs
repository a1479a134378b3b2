import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mnistFolder } from '../mnist.mjs';

const program = fileURLToPath(new URL('../peers/tfjs/dense.mjs', import.meta.url));
const installed = fileURLToPath(
  new URL('../node_modules/@tensorflow/tfjs/package.json', import.meta.url),
);

/**
 * @param {'wasm' | 'cpu'} backend
 * @param {number} steps steps in a stretch, so that a stretch lasts about a second
 * @returns {import('./index.mjs').Contestant}
 */
const tfjsDense = (backend, steps) => ({
  name: `TensorFlow.js ${backend}`,
  available: () =>
    existsSync(installed) ? undefined : 'not installed (run npm ci --prefix bench)',
  command: () => ({
    program: process.execPath,
    args: [program, backend, mnistFolder, String(steps)],
  }),
});

export const tfjsWasmDense = tfjsDense('wasm', 300);
export const tfjsCpuDense = tfjsDense('cpu', 75);

import { cDense } from './c-dense.mjs';
import { kerasDense, torchDense } from './python-dense.mjs';
import { tfjsCpuDense, tfjsWasmDense } from './tfjs-dense.mjs';
import { vaekitDense } from './vaekit-dense.mjs';

/**
 * One row of a benchmark. Its program prints JSON lines: any with `versions`, and one for each
 * stretch of steps with `msPerStep`, of which the first is warm-up and is not counted.
 * @typedef {object} Contestant
 * @property {string} name
 * @property {() => string | undefined} available in one line, why it cannot run here; else undefined
 * @property {() => { program: string, args: string[] }} command what to run when it is available
 */

/**
 * The dense reference VAE (784-2-2-784) on MNIST, batch 32, Adam.
 * @type {Contestant[]}
 */
export const dense = [vaekitDense, cDense, torchDense, kerasDense, tfjsWasmDense, tfjsCpuDense];

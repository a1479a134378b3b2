import { cDense } from './c-dense.mjs';
import { kerasDense, torchDense } from './python-dense.mjs';
import { tfjsCpuDense, tfjsWasmDense } from './tfjs-dense.mjs';
import { vaekit } from './vaekit.mjs';

/**
 * One row of a benchmark. Its program prints JSON lines: any with `versions`, and one for each
 * stretch of steps with `msPerStep`, of which the first is warm-up and is not counted.
 * @typedef {object} Contestant
 * @property {string} name
 * @property {() => string | undefined} available in one line, why it cannot run here; else undefined
 * @property {() => { program: string, args: string[] }} command what to run when it is available
 */

/**
 * What is measured: a network at a batch size, and all that train it.
 * @typedef {object} Work
 * @property {string} name
 * @property {number} batch
 * @property {number} multiplications multiply-adds of a step's matrix products and convolutions
 * @property {Contestant[]} contestants
 */

/**
 * Multiply-adds of a training step: forward, by weight and by input; the images need no gradient.
 * @param {number} batch
 * @param {number[]} layers multiply-adds of each layer for one image
 */
function ofStep(batch, [first = 0, ...rest]) {
  return batch * (2 * first + 3 * rest.reduce((sum, each) => sum + each, 0));
}

/** @type {Work[]} */
export const works = [
  {
    name: 'dense VAE 784-2-2-784, batch 32',
    batch: 32,
    multiplications: ofStep(32, [784 * 2, 2 * 4, 2 * 784]),
    contestants: [
      vaekit('dense', 32, 4, 1875),
      cDense,
      torchDense,
      kerasDense,
      tfjsWasmDense,
      tfjsCpuDense,
    ],
  },
  {
    name: 'MLP VAE 784-512-2-512-784, batch 128',
    batch: 128,
    multiplications: ofStep(128, [784 * 512, 512 * 4, 2 * 512, 512 * 784]),
    contestants: [vaekit('mlp', 128, 4, 150)],
  },
  {
    name: "convolutional VAE of Keras's example, batch 128",
    batch: 128,
    multiplications: ofStep(128, [
      14 * 14 * 9 * 32,
      7 * 7 * 9 * 32 * 64,
      3136 * 16 + 16 * 4 + 2 * 3136,
      7 * 7 * 64 * 9 * 64,
      14 * 14 * 64 * 9 * 32,
      28 * 28 * 32 * 9,
    ]),
    contestants: [vaekit('conv', 128, 4, 25)],
  },
];

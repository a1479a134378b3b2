import { multiplicationsOf } from '../multiplications.mjs';
import { c } from './c.mjs';
import { keras, torch } from './python.mjs';
import { tfjs, tfjsNode } from './tfjs.mjs';
import { vaekit } from './vaekit.mjs';

/** @typedef {'dense' | 'mlp' | 'conv'} Network */

/**
 * One row of a benchmark. Its program prints JSON lines: any with `versions`; at its first loss one
 * with `first: { steps }`, the steps done by then, unless that is its first stretch; and one for each
 * stretch of steps with `msPerStep` and `steps`, of which the first is warm-up and is not counted.
 * @typedef {object} Contestant
 * @property {string} name
 * @property {boolean} [once] measured in one round only, as it is slower by far than all others
 * @property {() => string | undefined} available in one line, why it cannot run here; else undefined
 * @property {() => { program: string, args: string[], env?: Record<string, string> }} command what to
 *   run when it is available
 */

/**
 * One measurement: a network at a batch size, and all contestants that train it.
 * @typedef {object} Work
 * @property {string} name
 * @property {string} short the same as a column's heading
 * @property {number} batch
 * @property {number} multiplications multiply-adds of a step's matrix products and convolutions
 * @property {Contestant[]} contestants
 */

/** @param {number} batch */
const dense = (batch) => ({
  name: `dense VAE 784-2-2-784, batch ${batch}`,
  short: `dense, batch ${batch}`,
  batch,
  multiplications: multiplicationsOf(batch, { network: 'dense' }),
  contestants: [
    vaekit('dense', batch, Math.floor(60_000 / batch)),
    c(batch),
    torch('dense', batch, 600),
    torch('dense', batch, 600, true),
    keras('tensorflow', 'dense', batch),
    keras('jax', 'dense', batch),
    tfjs('wasm', 'dense', batch, 200),
    tfjs('cpu', 'dense', batch, 50),
    tfjsNode,
  ],
});

/** @type {Work[]} */
export const works = [
  dense(32),
  dense(128),
  {
    name: 'MLP VAE 784-512-2-512-784, batch 128',
    short: 'MLP, batch 128',
    batch: 128,
    multiplications: multiplicationsOf(128, { network: 'mlp' }),
    contestants: [
      vaekit('mlp', 128, 150),
      torch('mlp', 128, 100),
      torch('mlp', 128, 100, true),
      keras('tensorflow', 'mlp', 128, 100),
      keras('jax', 'mlp', 128, 100),
      tfjs('wasm', 'mlp', 128, 10, 2, true),
      tfjs('cpu', 'mlp', 128, 1, 2, true),
      tfjsNode,
    ],
  },
  {
    name: "convolutional VAE of Keras's example, batch 128",
    short: 'convolutions, batch 128',
    batch: 128,
    multiplications: multiplicationsOf(128, { network: 'conv' }),
    contestants: [
      vaekit('conv', 128, 20),
      torch('conv', 128, 20),
      torch('conv', 128, 20, true),
      keras('tensorflow', 'conv', 128, 20),
      keras('jax', 'conv', 128, 20),
      tfjs('wasm', 'conv', 128, 1, 2),
      tfjs('cpu', 'conv', 128, 1, 2, true),
      tfjsNode,
    ],
  },
];

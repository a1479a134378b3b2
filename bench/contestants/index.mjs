import { multiplicationsOf } from '../multiplications.mjs';
import { training, using } from '../tasks.mjs';
import { c } from './c.mjs';
import { keras, kerasReference, torch } from './python.mjs';
import { tfjs, tfjsNode } from './tfjs.mjs';
import { vaekit } from './vaekit.mjs';

/** @typedef {import('../tasks.mjs').Task} Task */

/**
 * One row of a benchmark. Its program prints JSON lines: any with `versions`; at its first loss one
 * with `first: { steps }`, the steps done by then, unless that is its first stretch; and one for each
 * stretch of steps with `msPerStep`, `steps` and `loss`, of which the first is warm-up and is not counted.
 * @typedef {object} Contestant
 * @property {string} name
 * @property {boolean} [once] measured in one round only, as it is slower by far than all others
 * @property {() => string | undefined} available in one line, why it cannot run here; else undefined
 * @property {() => { program: string, args: string[], env?: Record<string, string> }} command to run
 *   when it is available
 */

/**
 * One measurement: a task, and all contestants that do it.
 * @typedef {object} Work
 * @property {string} name
 * @property {string} short the same as a row's heading
 * @property {Task} task
 * @property {number} batch examples of a step: of a batch, or of a pass
 * @property {number} multiplications multiply-adds of a step's matrix products and convolutions
 * @property {Contestant[]} contestants
 */

/**
 * @param {string} name
 * @param {string} short
 * @param {Task} task
 * @param {Contestant[]} contestants
 * @returns {Work}
 */
function work(name, short, task, contestants) {
  const batch = task.count ?? task.batch;
  const multiplications = batch * multiplicationsOf(task.use, task.model);
  return { name, short, task, batch, multiplications, contestants };
}

/** @param {number} batch */
function dense(batch) {
  const task = training('dense', batch, Math.floor(60_000 / batch));
  const inPython = training('dense', batch, 600, 3);
  return work(`dense VAE 784-2-2-784, batch ${batch}`, `dense, batch ${batch}`, task, [
    vaekit(task),
    c(batch),
    torch(inPython),
    torch(inPython, true),
    kerasReference('tensorflow', batch),
    kerasReference('jax', batch),
    tfjs('wasm', 'dense', batch, 200),
    tfjs('cpu', 'dense', batch, 50),
    tfjsNode,
  ]);
}

/**
 * Training in vaekit and its peers in Python.
 * @param {Task} task
 * @param {{ jaxOnce?: boolean }} [options]
 */
const trainedBy = (task, { jaxOnce = false } = {}) => [
  vaekit(task),
  torch(task),
  torch(task, true),
  keras('tensorflow', task),
  { ...keras('jax', task), once: jaxOnce },
];

const mlp = training('mlp', 128, 100);
const conv = training('conv', 128, 20);
const tabular = training('tabular', 500, 40);
// XLA computes convolutions on the CPU many times slower than all others.
const jaxOnce = true;

/**
 * @param {string} network for people
 * @param {'mlp' | 'conv'} name
 * @param {number} passes
 */
function usesOf(network, name, passes) {
  const uses = /** @type {const} */ ([
    ['evaluation', 'evaluate', 60_000],
    ['encoding', 'encode', 60_000],
    ['sampling', 'sample', 10_000],
  ]);
  return uses.map(([title, use, count]) => {
    const task = using(name, use, count, passes);
    const named = `${title} of ${count.toLocaleString('en')} images, ${network}`;
    return work(named, named, task, [
      vaekit(task),
      torch(task),
      keras('tensorflow', task),
      { ...keras('jax', task), once: name === 'conv' && use === 'evaluate' },
    ]);
  });
}

/** @type {Work[]} */
export const works = [
  dense(32),
  dense(128),
  work('MLP VAE 784-512-2-512-784, batch 128', 'MLP, batch 128', mlp, [
    ...trainedBy(mlp),
    tfjs('wasm', 'mlp', 128, 10, 2, true),
    tfjs('cpu', 'mlp', 128, 1, 2, true),
    tfjsNode,
  ]),
  work("convolutional VAE of Keras's example, batch 128", 'convolutions, batch 128', conv, [
    ...trainedBy(conv),
    tfjs('wasm', 'conv', 128, 1, 2),
    tfjs('cpu', 'conv', 128, 1, 2, true),
    tfjsNode,
  ]),
  ...[
    { name: 'resnet VAE of 1 × 28 × 28', short: 'resnet', task: training('resnet', 128, 6) },
    { name: 'VQ-VAE of 1 × 28 × 28', short: 'vq', task: training('vq', 128, 8) },
    { name: 'colour VAE of 3 × 64 × 64', short: 'colour', task: training('pictures', 64, 6) },
  ].map(({ name, short, task }) =>
    work(
      `${name}, batch ${task.batch}`,
      `${short}, batch ${task.batch}`,
      task,
      trainedBy(task, { jaxOnce }),
    ),
  ),
  work('tabular VAE of 30 columns, batch 500', 'tabular, batch 500', tabular, trainedBy(tabular)),
  ...usesOf('MLP', 'mlp', 7),
  ...usesOf('convolutions', 'conv', 1),
];

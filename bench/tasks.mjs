/** Tasks of the benchmark, as plain data, so that all contestants do the same. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { waves, writeNpy } from './made-up.mjs';
import { columns, factsOf, mixedRows } from './mixed-table.mjs';
import { mnistFolder } from './mnist.mjs';
import { networkOf, presetOf, usualFor } from './networks.mjs';

/**
 * Uses of a model. `train`: steps of Adam on shuffled batches. `evaluate`: the mean loss of examples. `encode`:
 * their latent means. `sample`: the means of p(x | z) for draws of the prior.
 * @typedef {'train' | 'evaluate' | 'encode' | 'sample'} Use
 *
 * @typedef {object} Task
 * @property {Use} use
 * @property {import('./networks.mjs').Model} model
 * @property {string} data a folder with MNIST's files, or an .npy file of examples
 * @property {string} [facts] of a table: a JSON file of the facts by `factsOf`
 * @property {number} batch examples of a training step; in other uses, of a call of a peer
 * @property {number} steps of a stretch of training
 * @property {number} stretches of steps, or passes over the examples; the first is warm-up
 * @property {number} [count] examples of a pass of a use beside training; the warm-up takes a tenth of them
 */

const folder = fileURLToPath(new URL('results/data/', import.meta.url));
const pictures = { file: `${folder}pictures.npy`, shape: [3, 64, 64], count: 512 };
const table = { file: `${folder}table.npy`, facts: `${folder}table.json`, count: 20_000 };

/** Networks, with the examples that they learn. */
const networks = {
  dense: () => ({ model: networkOf({ network: 'dense' }), data: mnistFolder }),
  mlp: () => ({ model: networkOf({ network: 'mlp' }), data: mnistFolder }),
  conv: () => ({ model: networkOf({ network: 'conv' }), data: mnistFolder }),
  resnet: () => ({ model: presetOf('resnet', [1, 28, 28]), data: mnistFolder }),
  vq: () => ({ model: presetOf('vq', [1, 28, 28]), data: mnistFolder }),
  pictures: () => ({ model: usualFor(pictures.shape), data: pictures.file }),
  tabular: () => {
    const model = presetOf('tabular', [columns.length], columns);
    return { model, data: table.file, facts: table.facts };
  },
};

/**
 * @param {keyof typeof networks} network
 * @param {number} batch
 * @param {number} steps of a stretch
 * @returns {Task}
 */
export const training = (network, batch, steps, stretches = 4) => ({
  ...{ use: 'train', batch, steps, stretches },
  ...networks[network](),
});

/**
 * A use of a network that nobody trained, which takes the same time.
 * @param {keyof typeof networks} network
 * @param {Exclude<Use, 'train'>} use
 * @param {number} count of examples
 * @param {number} passes without the warm-up
 * @returns {Task}
 */
export const using = (network, use, count, passes) => ({
  ...{ use, batch: 500, steps: 1, stretches: passes + 1, count },
  ...networks[network](),
});

/** Writes the examples of a task, where they are made up. @param {Task} task */
export async function prepare({ data }) {
  mkdirSync(folder, { recursive: true });
  if (data === pictures.file) {
    const { count, shape } = pictures;
    writeNpy(data, waves(count, shape), [count, ...shape]);
  } else if (data === table.file) {
    const rows = mixedRows(table.count);
    writeNpy(data, rows, [table.count, columns.length]);
    writeFileSync(table.facts, JSON.stringify(await factsOf(rows)));
  }
}

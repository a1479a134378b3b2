import { readFileSync } from 'node:fs';
import { works } from '../contestants/index.mjs';
import { vaekit as vaekitInNode } from '../contestants/vaekit.mjs';
import { training } from '../tasks.mjs';

/** @typedef {import('./page/main.mjs').Task} Task */

/** @typedef {import('../contestants/index.mjs').Contestant} Contestant */

/**
 * A training in the page, or in a process of its own.
 * @typedef {object} BrowserContestant
 * @property {string} name
 * @property {Task} [task]
 * @property {Contestant} [process]
 * @property {object} [versions] that it does not tell itself
 *
 * @typedef {object} BrowserWork
 * @property {string} name
 * @property {string} short the same as a column's heading
 * @property {number} batch
 * @property {number} multiplications
 * @property {boolean} [watchesStudio] whether the studio's page is watched while it trains the network
 * @property {BrowserContestant[]} contestants
 */

/** @typedef {Pick<Task, 'network' | 'batch'>} Step */

/** @param {string} folder from the repository's root */
const versionOf = (folder) =>
  JSON.parse(readFileSync(new URL(`../../${folder}package.json`, import.meta.url), 'utf8')).version;
const versions = {
  vaekit: versionOf(''),
  'onnxruntime-web': versionOf('node_modules/onnxruntime-web/'),
};

/**
 * @param {string} name
 * @param {string} backend
 * @param {Step} step
 * @param {number} steps in a stretch
 * @param {number} [stretches]
 * @returns {BrowserContestant}
 */
const tfjs = (name, backend, step, steps, stretches = 3) => ({
  name: `TensorFlow.js, ${name}`,
  task: { library: 'tfjs', backend, ...step, stretches, steps },
});

/**
 * @param {string} name
 * @param {Step} step
 * @param {number} steps in a stretch
 * @param {number} [threads]
 * @returns {BrowserContestant}
 */
const vaekit = (name, step, steps, threads) => ({
  name,
  versions,
  task: {
    library: 'vaekit',
    ...step,
    stretches: 4,
    steps,
    ...(threads === undefined ? {} : { threads }),
  },
});

/**
 * vaekit in Node, for the factor between the two.
 * @param {Step} step
 * @param {number} steps in a stretch
 * @returns {BrowserContestant}
 */
const inNode = ({ network, batch }, steps) => ({
  name: 'vaekit in Node',
  process: vaekitInNode(training(network, batch, steps)),
});

/** @type {Record<'dense' | 'mlp' | 'conv', Step>} */
const steps = {
  dense: { network: 'dense', batch: 32 },
  mlp: { network: 'mlp', batch: 128 },
  conv: { network: 'conv', batch: 128 },
};

/** Contestants by the short name of a work. @type {Record<string, BrowserContestant[]>} */
const contestants = {
  'dense, batch 32': [
    // vaekit chooses one thread for so small a step.
    vaekit('vaekit', steps.dense, 1875),
    vaekit('vaekit, two threads', steps.dense, 1875, 2),
    inNode(steps.dense, 1875),
    tfjs('WebGL', 'webgl', steps.dense, 30),
    tfjs('WebAssembly', 'wasm', steps.dense, 200),
    tfjs('JavaScript', 'cpu', steps.dense, 50),
  ],
  'MLP, batch 128': [
    vaekit('vaekit', steps.mlp, 100),
    vaekit('vaekit, one thread', steps.mlp, 60, 1),
    inNode(steps.mlp, 150),
    tfjs('WebGL', 'webgl', steps.mlp, 5, 2),
    tfjs('WebAssembly', 'wasm', steps.mlp, 10, 2),
  ],
  'convolutions, batch 128': [
    vaekit('vaekit', steps.conv, 20),
    vaekit('vaekit, one thread', steps.conv, 10, 1),
    inNode(steps.conv, 20),
    tfjs('WebGL', 'webgl', steps.conv, 2, 2),
    tfjs('WebAssembly', 'wasm', steps.conv, 1, 2),
  ],
};

/** The networks of the benchmark that a browser trains. @type {BrowserWork[]} */
export const browserWorks = works.flatMap(({ contestants: _, task: __, ...work }) => {
  const own = contestants[work.short];
  return own
    ? [{ ...work, watchesStudio: work.short === 'dense, batch 32', contestants: own }]
    : [];
});

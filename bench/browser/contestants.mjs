import { readFileSync } from 'node:fs';

/** @typedef {import('./page/main.mjs').Task} Task */

/**
 * @typedef {object} BrowserContestant
 * @property {string} name
 * @property {Task} task
 * @property {object} [versions] that it does not tell itself
 */

/** @param {string} folder from the repository's root */
const versionOf = (folder) =>
  JSON.parse(readFileSync(new URL(`../../${folder}package.json`, import.meta.url), 'utf8')).version;
const versions = {
  vaekit: versionOf(''),
  'onnxruntime-web': versionOf('node_modules/onnxruntime-web/'),
};

const step = /** @type {const} */ ({ network: 'dense', batch: 32 });

/**
 * @param {string} name
 * @param {string} backend
 * @param {number} steps in a stretch
 * @returns {BrowserContestant}
 */
const tfjs = (name, backend, steps) => ({
  name: `TensorFlow.js, ${name}`,
  task: { library: 'tfjs', backend, ...step, stretches: 3, steps },
});

/**
 * @param {string} name
 * @param {number} [threads]
 * @returns {BrowserContestant}
 */
const vaekit = (name, threads) => ({
  name,
  versions,
  task: {
    library: 'vaekit',
    ...step,
    stretches: 4,
    steps: 1875,
    ...(threads === undefined ? {} : { threads }),
  },
});

/** All that train the dense VAE in the browser. @type {BrowserContestant[]} */
export const contestants = [
  // It chooses one thread for so small a step.
  vaekit('vaekit'),
  vaekit('vaekit, two threads', 2),
  tfjs('WebGL', 'webgl', 30),
  tfjs('WebAssembly', 'wasm', 200),
  tfjs('JavaScript', 'cpu', 50),
];

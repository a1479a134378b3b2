/**
 * A task of the benchmark in vaekit in Node.
 *
 * Usage: node work.mjs TASK, as JSON. Prints JSON lines, as every contestant.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { decodeNpy } from '../../dist/data/codecs/npy.js';
import { datasets, flushDenormals } from '../../dist/index.js';
import { train, use } from './vae.mjs';

/** @param {string} name */
const versionOf = (name) => createRequire(import.meta.url)(`${name}/package.json`).version;
const tell = (/** @type {object} */ line) => console.log(JSON.stringify(line));
tell({
  versions: {
    vaekit: createRequire(import.meta.url)('../../package.json').version,
    onnxruntime: versionOf('onnxruntime-node'),
  },
});

/** @type {import('../tasks.mjs').Task} */
const task = JSON.parse(process.argv[2] ?? '{}');
// `vaekit train` does so too.
flushDenormals();
const { data: values } = task.data.endsWith('.npy')
  ? decodeNpy(readFileSync(task.data), task.data)
  : (await datasets.mnist()).train.images;
const examples = /** @type {Uint8Array | Float32Array} */ (values);
const { use: name, count = 0 } = task;
await (name === 'train'
  ? train({ ...task, examples, tell })
  : use({ ...task, use: name, count, examples, tell }));

/**
 * A VAE of the benchmark in vaekit in Node, on MNIST.
 *
 * Usage: node train.mjs NETWORK BATCH STRETCHES STEPS. Prints JSON lines, as every contestant: the
 * versions, the first loss, and one a stretch of STEPS steps with `msPerStep`.
 */
import { createRequire } from 'node:module';
import { datasets, flushDenormals } from '../../dist/index.js';
import { train } from './vae.mjs';

/** @param {string} name */
const versionOf = (name) => createRequire(import.meta.url)(`${name}/package.json`).version;
const tell = (/** @type {object} */ line) => console.log(JSON.stringify(line));
tell({
  versions: {
    vaekit: createRequire(import.meta.url)('../../package.json').version,
    onnxruntime: versionOf('onnxruntime-node'),
  },
});

const [name, ...sizes] = process.argv.slice(2);
const network = /** @type {import('../multiplications.mjs').Size['network']} */ (name);
const [batch = 32, stretches = 4, steps = 1875] = sizes.map(Number);
// As `vaekit train` does.
flushDenormals();
const { images } = (await datasets.mnist()).train;
const pixels = /** @type {Uint8Array} */ (images.data);
await train({ network, pixels, batch, stretches, steps, tell });

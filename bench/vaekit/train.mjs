/**
 * A VAE of the benchmark in vaekit, on MNIST: the tutorial's dense one, an MLP, or the
 * convolutional one of Keras's example.
 *
 * Usage: node train.mjs NETWORK BATCH STRETCHES STEPS. Prints JSON lines, as every contestant: the
 * versions, the first loss, and one a stretch of STEPS steps with `msPerStep`.
 */
import { createRequire } from 'node:module';
import {
  adam,
  conv2d,
  convTranspose2d,
  datasets,
  dense,
  flushDenormals,
  reshape,
  VAE,
} from '../../dist/index.js';

/** @param {string} name */
const versionOf = (name) => createRequire(import.meta.url)(`${name}/package.json`).version;
const tell = (/** @type {object} */ line) => console.log(JSON.stringify(line));
tell({
  versions: {
    vaekit: createRequire(import.meta.url)('../../package.json').version,
    onnxruntime: versionOf('onnxruntime-node'),
  },
});

const [network, ...sizes] = process.argv.slice(2);
const [batchSize = 32, epochs = 4, steps = 1875] = sizes.map(Number);

const image = [1, 28, 28];
const halving = /** @type {const} */ ({ stride: 2, padding: 'same', activation: 'relu' });
/** @type {Record<string, Omit<import('../../dist/index.js').VAEOptions, 'input' | 'latent'>>} */
const networks = {
  dense: {
    encoder: [dense(2, { activation: 'relu' })],
    decoder: [dense(784), reshape(image)],
    kl: { weight: 0.5, reduction: 'mean' },
  },
  mlp: {
    encoder: [dense(512, { activation: 'relu' })],
    decoder: [dense(512, { activation: 'relu' }), dense(784), reshape(image)],
  },
  conv: {
    encoder: [conv2d(32, halving), conv2d(64, halving), dense(16, { activation: 'relu' })],
    decoder: [
      dense(3136, { activation: 'relu' }),
      reshape([64, 7, 7]),
      convTranspose2d(64, halving),
      convTranspose2d(32, halving),
      convTranspose2d(1, { padding: 'same' }),
    ],
  },
};

// As `vaekit train` does.
flushDenormals();
const { train } = await datasets.mnist();
const count = Math.min(train.size, steps * batchSize);
const width = image.reduce((a, b) => a * b, 1);
const slice = datasets.fromArray(
  /** @type {Uint8Array} */ (train.images.data).subarray(0, count * width),
  image,
);
const options = networks[network ?? ''];
if (!options) throw new Error(`${network}: give one of ${Object.keys(networks).join(', ')}`);
const vae = new VAE({ input: image, latent: 2, ...options, seed: 42 });
let begun = false;
await vae.fit(slice, {
  epochs,
  batchSize,
  optimizer: adam(),
  callbacks: [
    {
      onProgress({ step }) {
        if (!begun) tell({ first: { steps: step } });
        begun = true;
      },
      onEpochEnd({ epoch, loss, seconds, steps }) {
        tell({ epoch, steps, msPerStep: (1000 * seconds) / steps, loss });
      },
    },
  ],
});

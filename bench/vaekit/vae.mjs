/**
 * The benchmark's VAEs in vaekit: the tutorial's dense one, an MLP, and the convolutional one of
 * Keras's example. Knows nothing of Node, so that a browser runs it too.
 */
import { adam, conv2d, convTranspose2d, datasets, dense, reshape, VAE } from '../../dist/index.js';

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

/**
 * Trains on the first images, as many as a stretch has.
 * @param {object} options
 * @param {string} options.network dense, mlp or conv
 * @param {Uint8Array} options.pixels of all images, 784 each
 * @param {number} options.batch
 * @param {number} options.stretches
 * @param {number} options.steps in a stretch
 * @param {number} [options.threads] vaekit chooses them where left out
 * @param {(line: object) => void} options.tell given what a contestant prints
 */
export async function train({ network, pixels, batch, stretches, steps, threads, tell }) {
  const options = networks[network];
  if (!options) throw new Error(`${network}: give one of ${Object.keys(networks).join(', ')}`);
  const width = image.reduce((a, b) => a * b, 1);
  const images = datasets.fromArray(pixels.subarray(0, steps * batch * width), image);
  const vae = new VAE({ input: image, latent: 2, ...options, seed: 42 });
  let begun = false;
  await vae.fit(images, {
    epochs: stretches,
    batchSize: batch,
    ...(threads === undefined ? {} : { threads }),
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
}

/**
 * The benchmark's VAEs in vaekit: the tutorial's dense one, an MLP, and the convolutional one of
 * Keras's example. Knows nothing of Node, so that a browser runs it too.
 */
import { adam, conv2d, convTranspose2d, datasets, dense, reshape, VAE } from '../../dist/index.js';

const halving = /** @type {const} */ ({ stride: 2, padding: 'same', activation: 'relu' });

/**
 * Encoder, decoder and what else makes one of the benchmark's VAEs.
 * @param {import('../multiplications.mjs').Size} size
 * @returns {import('../../dist/index.js').VAEOptions}
 */
export function networkOf({ network, size = 28, width = 512, depth = 1 }) {
  const image = [1, size, size];
  const common = { input: image, latent: 2, seed: 42 };
  if (network === 'dense') {
    return {
      ...common,
      encoder: [dense(2, { activation: 'relu' })],
      decoder: [dense(size * size), reshape(image)],
      kl: { weight: 0.5, reduction: 'mean' },
    };
  }
  if (network === 'mlp') {
    const hidden = () => Array.from({ length: depth }, () => dense(width, { activation: 'relu' }));
    return {
      ...common,
      encoder: hidden(),
      decoder: [...hidden(), dense(size * size), reshape(image)],
    };
  }
  const small = size / 4;
  return {
    ...common,
    encoder: [conv2d(32, halving), conv2d(64, halving), dense(16, { activation: 'relu' })],
    decoder: [
      dense(64 * small * small, { activation: 'relu' }),
      reshape([64, small, small]),
      convTranspose2d(64, halving),
      convTranspose2d(32, halving),
      convTranspose2d(1, { padding: 'same' }),
    ],
  };
}

/**
 * Trains on the first images, as many as a stretch has.
 * @param {object} options
 * @param {import('../multiplications.mjs').Size['network']} options.network
 * @param {Uint8Array} options.pixels of all images, 784 each
 * @param {number} options.batch
 * @param {number} options.stretches
 * @param {number} options.steps in a stretch
 * @param {number} [options.threads] vaekit chooses them where left out
 * @param {(line: object) => void} options.tell given what a contestant prints
 */
export async function train({ network, pixels, batch, stretches, steps, threads, tell }) {
  const options = networkOf({ network });
  const { input } = options;
  const width = input.reduce((a, b) => a * b, 1);
  const images = datasets.fromArray(pixels.subarray(0, steps * batch * width), input);
  const vae = new VAE(options);
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

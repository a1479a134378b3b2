/** The networks that a graphics processor is shown on; `bench/peers/torch_vae.py` has the same. */
import {
  conv2d,
  convTranspose2d,
  datasets,
  dense,
  reshape,
  settingsFor,
} from '../../dist/index.js';
import { networkOf } from '../vaekit/vae.mjs';

const halving = /** @type {const} */ ({ stride: 2, padding: 'same', activation: 'relu' });

/** Pictures of 3 × 64 × 64. @returns {import('../../dist/index.js').VAEOptions} */
function colour() {
  const input = [3, 64, 64];
  return {
    input,
    latent: 32,
    seed: 42,
    encoder: [
      conv2d(32, halving),
      conv2d(64, halving),
      conv2d(128, halving),
      dense(256, { activation: 'relu' }),
    ],
    decoder: [
      dense(128 * 8 * 8, { activation: 'relu' }),
      reshape([128, 8, 8]),
      convTranspose2d(128, halving),
      convTranspose2d(64, halving),
      convTranspose2d(32, halving),
      convTranspose2d(3, { padding: 'same' }),
    ],
  };
}

/** A preset for images of a shape. @returns {Promise<import('../../dist/index.js').VAEOptions>} */
async function ofPreset(
  /** @type {'resnet' | 'vq' | 'density'} */ preset,
  /** @type {readonly number[]} */ shape,
) {
  const { model } = await settingsFor(datasets.fromArray(waves(8, shape), [...shape]), { preset });
  return model;
}

/**
 * @typedef {object} Network
 * @property {() => import('../../dist/index.js').VAEOptions
 *   | Promise<import('../../dist/index.js').VAEOptions>} options
 * @property {number} batch
 * @property {number} steps of a stretch that is timed
 * @property {boolean} [placed] whether only the places of its operators are shown
 */

/** Networks by name. @type {Readonly<Record<string, Network>>} */
export const networks = {
  dense: { options: () => networkOf({ network: 'dense' }), batch: 32, steps: 500 },
  mlp: { options: () => networkOf({ network: 'mlp' }), batch: 128, steps: 200 },
  conv: { options: () => networkOf({ network: 'conv' }), batch: 128, steps: 50 },
  colour: { options: colour, batch: 64, steps: 30 },
  resnet: { options: () => ofPreset('resnet', [1, 28, 28]), batch: 16, steps: 2, placed: true },
  density: { options: () => ofPreset('density', [1, 28, 28]), batch: 16, steps: 2, placed: true },
  vq: { options: () => ofPreset('vq', [3, 64, 64]), batch: 8, steps: 2, placed: true },
};

/** Images that differ from each other, smooth enough to learn: waves of their own direction and length. */
export function waves(
  /** @type {number} */ count,
  /** @type {readonly number[]} */ [channels = 1, height = 1, width = 1],
) {
  const bytes = new Uint8Array(count * channels * height * width);
  let at = 0;
  for (let image = 0; image < count; image++) {
    const [turn, length] = [(image * 2.399) % (2 * Math.PI), 4 + ((image * 7919) % 97) / 8];
    const [dx, dy] = [Math.cos(turn) / length, Math.sin(turn) / length];
    for (let channel = 0; channel < channels; channel++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          bytes[at++] = 127.5 * (1 + Math.sin(6.283 * (dx * x + dy * y) + channel));
        }
      }
    }
  }
  return bytes;
}

/** The networks that a graphics processor is shown on. */
import { networkOf, presetOf } from '../networks.mjs';

/** @typedef {import('../networks.mjs').Model} Model */

const halving = { stride: 2, padding: 'same', activation: 'relu' };
const halve = (/** @type {number} */ filters) => ({ type: 'conv2d', filters, ...halving });
const double = (/** @type {number} */ filters) => ({
  type: 'convTranspose2d',
  filters,
  ...halving,
});

/** Pictures of 3 × 64 × 64. @type {Model} */
const colour = {
  input: [3, 64, 64],
  latent: 32,
  encoder: [halve(32), halve(64), halve(128), { type: 'dense', units: 256, activation: 'relu' }],
  decoder: [
    { type: 'dense', units: 128 * 8 * 8, activation: 'relu' },
    { type: 'reshape', shape: [128, 8, 8] },
    double(128),
    double(64),
    double(32),
    { type: 'convTranspose2d', filters: 3, padding: 'same' },
  ],
  kl: { weight: 0.5, reduction: 'sum' },
};

/**
 * @typedef {object} Network
 * @property {Model} model
 * @property {number} batch
 * @property {number} steps of a stretch that is timed
 * @property {boolean} [placed] whether only the places of its operators are shown
 */

/** Networks by name. @type {Readonly<Record<string, Network>>} */
export const networks = {
  dense: { model: networkOf({ network: 'dense' }), batch: 32, steps: 500 },
  mlp: { model: networkOf({ network: 'mlp' }), batch: 128, steps: 200 },
  conv: { model: networkOf({ network: 'conv' }), batch: 128, steps: 50 },
  colour: { model: colour, batch: 64, steps: 30 },
  resnet: { model: presetOf('resnet', [1, 28, 28]), batch: 16, steps: 2, placed: true },
  density: { model: presetOf('density', [1, 28, 28]), batch: 16, steps: 2, placed: true },
  vq: { model: presetOf('vq', [3, 64, 64]), batch: 8, steps: 2, placed: true },
};

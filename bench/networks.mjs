/** The benchmark's networks as plain data, as `config.json` holds a model: all contestants are built from that. */
import { choosePreset, chosenRun } from '../dist/vae/config/choose-preset.js';
import { preset } from '../dist/vae/config/presets.js';

/**
 * @typedef {object} Layer
 * @property {string} type
 * @property {number} [units]
 * @property {number} [filters]
 * @property {number} [kernel] 3 when left out
 * @property {number} [stride] 1 when left out
 * @property {readonly number[]} [shape] of a reshape
 * @property {string} [activation]
 * @property {string} [padding]
 * @property {readonly Layer[]} [layers] of a residual block
 *
 * @typedef {object} Model
 * @property {readonly number[]} input
 * @property {number} latent
 * @property {readonly Layer[]} encoder
 * @property {readonly Layer[]} decoder
 * @property {{ weight: number, reduction: string }} [kl]
 * @property {{ type: string }} [objective]
 * @property {{ columns?: readonly import('../dist/index.js').TableColumn[] }} [example]
 *
 * The size of a network for gray pictures.
 * @typedef {object} Size
 * @property {'dense' | 'mlp' | 'conv'} network
 * @property {number} [size] height and width of the images
 * @property {number} [width] units of the MLP's hidden layers
 * @property {number} [depth] hidden layers of the MLP's encoder, and of its decoder
 */

/**
 * The tutorial's dense network, an MLP, or the convolutional one of Keras's example.
 * @param {Size} size
 * @returns {Model}
 */
export function networkOf({ network, size = 28, width = 512, depth = 1 }) {
  const model = presetOf(network, [1, size, size]);
  if (network !== 'mlp') return model;
  const hidden = Array(depth).fill({ type: 'dense', units: width, activation: 'relu' });
  return { ...model, encoder: hidden, decoder: [...hidden, ...model.decoder.slice(1)] };
}

/**
 * A preset for examples of a shape.
 * @param {string} name
 * @param {readonly number[]} shape
 * @param {readonly import('../dist/index.js').TableColumn[]} [columns] of a table
 */
export function presetOf(name, shape, columns) {
  const { model } = preset(name, shape, columns ? { example: { kind: 'table', columns } } : {});
  return /** @type {Model} */ (/** @type {unknown} */ (model));
}

/**
 * The network that vaekit takes for pictures of a shape where nobody names one.
 * @param {readonly number[]} shape
 */
export function usualFor(shape) {
  const choice = choosePreset({ data: 'pictures', shape, size: 60_000 });
  return /** @type {Model} */ (/** @type {unknown} */ (chosenRun(choice, shape).model));
}

/**
 * @typedef {import('./networks.mjs').Model} Model
 * @typedef {import('./networks.mjs').Layer} Layer
 */

/** @param {readonly number[]} sizes */
const product = (sizes) => sizes.reduce((all, size) => all * size, 1);

/**
 * Multiply-adds of each layer for one example, and the shape that the layers give.
 * @param {readonly Layer[]} layers
 * @param {readonly number[]} input
 */
function countsOf(layers, input) {
  /** @type {number[]} */
  const counts = [];
  let shape = input;
  for (const { type, units = 0, filters = 0, kernel = 3, stride = 1, ...layer } of layers) {
    const [channels = 0, ...sizes] = shape;
    const taps = channels * filters * kernel ** sizes.length;
    if (type === 'dense') {
      counts.push(product(shape) * units);
      shape = [units];
    } else if (type === 'reshape') {
      shape = layer.shape ?? shape;
    } else if (type === 'conv2d') {
      shape = [filters, ...sizes.map((size) => Math.ceil(size / stride))];
      counts.push(taps * product(shape.slice(1)));
    } else if (type === 'convTranspose2d') {
      counts.push(taps * product(sizes));
      shape = [filters, ...sizes.map((size) => size * stride)];
    } else if (type === 'residual') {
      counts.push(...countsOf(layer.layers ?? [], shape).counts);
    }
  }
  return { counts, shape };
}

/** The shape in which the encoder sees an example: each category of a table has a number. @param {Model} model */
function seenBy({ input, example }) {
  const numbers = example?.columns?.map(({ categories }) => categories?.length ?? 1);
  return numbers ? [numbers.reduce((sum, each) => sum + each)] : input;
}

/**
 * Multiply-adds of the layers of encoder and decoder for one example; comparing with a codebook is left out.
 * @param {Model} model
 */
function layersOf(model) {
  const { counts, shape } = countsOf(model.encoder, seenBy(model));
  const hasCodes = model.objective?.type === 'vqVae';
  const encoder = hasCodes ? counts : [...counts, product(shape) * 2 * model.latent];
  const decoder = countsOf(model.decoder, [model.latent, ...(hasCodes ? shape.slice(1) : [])]);
  return { encoder, decoder: decoder.counts };
}

/** @param {readonly number[]} counts */
const sumOf = (counts) => counts.reduce((sum, each) => sum + each, 0);

/**
 * Multiply-adds of the matrix products and convolutions of a use of a model, for one example. A training step has
 * each forward, by weight and by input; the examples need no gradient.
 * @param {import('./tasks.mjs').Use} use
 * @param {Model} model
 */
export function multiplicationsOf(use, model) {
  const { encoder, decoder } = layersOf(model);
  const all = [...encoder, ...decoder];
  if (use === 'encode') return sumOf(encoder);
  if (use === 'sample') return sumOf(decoder);
  return use === 'evaluate' ? sumOf(all) : 3 * sumOf(all) - (all[0] ?? 0);
}

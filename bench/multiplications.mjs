/**
 * The size of one of the benchmark's networks.
 * @typedef {object} Size
 * @property {'dense' | 'mlp' | 'conv'} network
 * @property {number} [size] height and width of the images
 * @property {number} [width] units of the MLP's hidden layers
 * @property {number} [depth] hidden layers of the MLP's encoder, and of its decoder
 */

/**
 * Multiply-adds of each layer for one image.
 * @param {Size} network
 */
function layersOf({ network, size = 28, width = 512, depth = 1 }) {
  const pixels = size * size;
  if (network === 'dense') return [pixels * 2, 2 * 4, 2 * pixels];
  if (network === 'mlp') {
    const hidden = Array(depth - 1).fill(width * width);
    return [pixels * width, ...hidden, width * 4, 2 * width, ...hidden, width * pixels];
  }
  const [half, quarter] = [pixels / 4, pixels / 16];
  return [
    half * 9 * 32,
    quarter * 9 * 32 * 64,
    64 * quarter * 16 + 16 * 4 + 2 * 64 * quarter,
    quarter * 64 * 9 * 64,
    half * 64 * 9 * 32,
    pixels * 32 * 9,
  ];
}

/**
 * Multiply-adds of a training step: forward, by weight and by input; the images need no gradient.
 * @param {number} batch
 * @param {Size} network
 */
export function multiplicationsOf(batch, network) {
  const [first = 0, ...rest] = layersOf(network);
  return batch * (2 * first + 3 * rest.reduce((sum, each) => sum + each, 0));
}

import { fillUniform, randomStream } from '../../src/base/random.js';
import { fromArray, type TensorDataset } from '../../src/data/dataset.js';
import { dense, reshape, VAE, type VAEOptions } from '../../src/index.js';

export const smallShape = [1, 4, 4];

/** Images of a bright square in one of four corners, with some noise: quick to learn. */
export function corners(count: number, seed = 0): TensorDataset {
  const noise = new Float32Array(count * 16);
  fillUniform(randomStream(seed, 'corners'), noise);
  const values = new Uint8Array(count * 16);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const corner = i % 4;
    labels[i] = corner;
    for (let pixel = 0; pixel < 16; pixel++) {
      const [row, column] = [pixel >> 2, pixel & 3];
      const bright = row < 2 === corner < 2 && column < 2 === (corner % 2 === 0);
      values[i * 16 + pixel] = (bright ? 200 : 10) + noise[i * 16 + pixel]! * 45;
    }
  }
  return fromArray(values, smallShape, { name: 'corners', labels });
}

export function smallVAE(options: Partial<VAEOptions> = {}): VAE {
  return new VAE({
    input: smallShape,
    latent: 2,
    encoder: [dense(8, { activation: 'tanh' })],
    decoder: [dense(8, { activation: 'tanh' }), dense(16), reshape(smallShape)],
    seed: 1,
    ...options,
  });
}

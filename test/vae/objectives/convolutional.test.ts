import { describe, expect, test } from 'vitest';
import {
  activation,
  batchNorm,
  betaTcVae,
  conditional,
  conv2d,
  convTranspose2d,
  dense,
  dropout,
  iwae,
  reshape,
  type VAEOptions,
  vqVae,
} from '../../../src/index.js';
import { corners, smallVAE } from '../small.js';

const data = corners(64);

const convolutional: Partial<VAEOptions> = {
  encoder: [
    conv2d(4, { kernel: 3, stride: 2, padding: 'same' }),
    batchNorm(),
    activation('relu'),
    dropout(0.2),
  ],
  decoder: [
    dense(16),
    reshape([4, 2, 2]),
    batchNorm(),
    activation('relu'),
    dropout(0.2),
    convTranspose2d(1, { kernel: 3, stride: 2, padding: 'same' }),
  ],
};

describe('layers with state, noise and positions', () => {
  test.each([
    iwae({ samples: 3 }),
    betaTcVae(),
    conditional({ classes: 4, objective: iwae({ samples: 2 }) }),
  ])('$type $options', async (objective) => {
    const model = smallVAE({ ...convolutional, objective });
    const before = await model.evaluate(data);
    const { epochs } = await model.fit(data, { epochs: 10, batchSize: 12, validation: data });
    expect(epochs[9]!.val_reconstruction).toBeLessThan(before.reconstruction!);
    const { values } = await model.logLikelihood(data, { samples: 70 });
    expect(values.every(Number.isFinite)).toBe(true);
    expect(model.exportDecoder().length).toBeGreaterThan(100);
  });

  test('a codebook over positions', async () => {
    const model = smallVAE({
      ...convolutional,
      latent: 3,
      encoder: [...convolutional.encoder!, conv2d(3, { kernel: 1 })],
      decoder: [
        conv2d(4, { kernel: 1, activation: 'relu' }),
        convTranspose2d(1, { kernel: 3, stride: 2, padding: 'same' }),
      ],
      objective: conditional({ classes: 4, objective: vqVae({ codes: 8, decay: 0.9 }) }),
    });
    const before = await model.evaluate(data);
    await model.fit(data, { epochs: 30, batchSize: 12 });
    expect((await model.evaluate(data)).reconstruction).toBeLessThan(before.reconstruction!);
    const labels = Array.from(data.labels!);
    const { codes, mean } = await model.encode(data.images, { labels });
    expect(codes!.dims).toEqual([64, 2, 2]);
    expect(mean.dims).toEqual([64, 3, 2, 2]);
    expect((await model.sample(5)).dims).toEqual([5, 1, 4, 4]);
  });
});

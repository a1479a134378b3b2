import { describe, expect, test, vi } from 'vitest';
import { fromArray, VAE } from '../../../src/index.js';
import { choosePreset, chosenRun } from '../../../src/vae/config/choose-preset.js';
import { fromConfig } from '../../../src/vae/config/options.js';
import { preset } from '../../../src/vae/config/presets.js';
import { checkRun } from '../../../src/vae/config/run-config.js';

test('MNIST has the reference, to the last setting', () => {
  const shape = [1, 28, 28];
  const choice = choosePreset({ data: 'mnist', shape, size: 60_000 });
  const complete = (run: Parameters<typeof checkRun>[0]) => checkRun(run, 'run');
  expect(complete(chosenRun(choice, shape))).toEqual(complete(preset('dense', shape)));
});

test.each([
  [178, { batchSize: 32, epochs: 300 }],
  [569, { batchSize: 64, epochs: 300 }],
  [50_000, { batchSize: 500, epochs: 60 }],
  [5, { batchSize: 5, epochs: 300 }],
])('a table of %i rows', (size, expected) => {
  const table = [
    { name: 'id', kind: 'id', type: 'number', missing: 0 },
    { name: 'age', kind: 'continuous', type: 'number', missing: 0, decimals: 0 },
  ] as const;
  const choice = choosePreset({ data: 'own.csv', shape: [1], size, table });
  const because = 'a table of 1 column';
  expect(choice).toMatchObject({ name: 'tabular', likelihood: 'table', because, ...expected });
});

describe('other data', () => {
  const picture = { type: 'gaussian', variance: 0.01 };
  test.each([
    ['small gray pictures', [1, 28, 28], 60_000, { name: 'mlp', latent: 16, batchSize: 128 }],
    ['large gray pictures', [1, 64, 64], 400, { name: 'resnet', likelihood: picture }],
    ['small colour pictures', [3, 32, 32], 50_000, { name: 'resnet', latent: 32, epochs: 20 }],
    ['large colour pictures', [3, 64, 64], 3000, { name: 'resnet', latent: 32, batchSize: 32 }],
    ['pictures that cannot be halved', [3, 50, 50], 3000, { name: 'mlp', likelihood: picture }],
    ['few pictures', [3, 64, 64], 15, { epochs: 300, batchSize: 15 }],
    ['rows', [30], 1797, { name: 'mlp', latent: 8, batchSize: 32 }],
    ['sequences', [2, 187], 3000, { name: 'sequence', latent: 16, epochs: 67, batchSize: 32 }],
    ['a column', [1], 100, { name: 'mlp', latent: 1 }],
  ] as const)('%s', (_, shape, size, expected) => {
    const choice = choosePreset({ data: 'own', shape, size });
    expect(choice).toMatchObject(expected);
    const { model, training } = checkRun(chosenRun(choice, shape), 'run');
    expect(training).toMatchObject({ epochs: choice.epochs, batchSize: choice.batchSize });
    // The layers fit together, and the model is no larger than a laptop can train.
    expect(new VAE(fromConfig(model, 'run')).layers().parameters).toBeLessThan(2e7);
  });

  test.each([
    ['vqVae', [16, 8, 8]],
    ['residualVq', [16, 8, 8]],
    ['autoencoderKl', [4, 8, 8]],
  ])('pictures for %s keep positions', (type, latents) => {
    const shape = [3, 32, 32];
    const choice = choosePreset({ data: 'own', shape, size: 500, objective: type });
    expect(choice).toMatchObject({
      name: 'vq',
      because: `the objective ${type} on colour pictures of 32 × 32`,
    });
    const { model } = checkRun(chosenRun(choice, shape), 'run');
    const vae = new VAE(fromConfig({ ...model, objective: { type } }, 'run'));
    expect(vae.latentShape).toEqual(latents);
  });

  test('given settings go over chosen ones', () => {
    const shape = [3, 32, 32];
    const choice = choosePreset({ data: 'own', shape, size: 500 });
    const { model } = chosenRun(choice, shape, { latent: 5, likelihood: 'bernoulli' });
    expect(model).toMatchObject({ latent: 5, likelihood: 'bernoulli' });
  });
});

// Machines that do other things too take long.
vi.setConfig({ testTimeout: 120_000 });

test('on few small pictures, the chosen model learns to draw them', async () => {
  // A bright square on a dark ground of another colour, at one of many places.
  const [count, side] = [64, 16];
  const values = Uint8Array.from({ length: count * 3 * side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side) % side];
    const channel = Math.floor(i / side / side) % 3;
    const image = Math.floor(i / side / side / 3);
    const [left, top] = [(image * 5) % 11, (image * 7) % 11];
    const inside = x >= left && x < left + 5 && y >= top && y < top + 5;
    return inside ? 220 : 40 + 60 * Number(channel === image % 3);
  });
  const data = fromArray(values, [3, side, side], { name: 'squares' });
  const choice = choosePreset({ data: 'own', shape: data.shape, size: data.size });
  const { model, training } = checkRun(chosenRun(choice, data.shape), 'run');
  const vae = new VAE(fromConfig(model, 'run'));
  // Its first tenth tells already.
  await vae.fit(data, { ...{ batchSize: training.batchSize }, epochs: training.epochs / 10 });
  const made = (await vae.reconstruct(data.images)).data as Float32Array;
  const errors = values.reduce((sum, value, i) => sum + Math.abs(value / 255 - made[i]!), 0);
  await vae.release();
  // Gray, which is the best without having learnt anything, is off by 0.17 in the mean.
  expect(errors / values.length).toBeLessThan(0.1);
});

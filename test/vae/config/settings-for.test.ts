import { expect, test } from 'vitest';
import { datasets, fromArray, settingsFor, VAE } from '../../../src/index.js';

test('settings follow the data, as on the command line', async () => {
  const rows = Array.from({ length: 200 }, (_, i) => ({
    height: 150 + ((i * 7) % 40) + 0.5,
    team: i % 3 === 0 ? 'red' : 'blue',
  }));
  const { train: data } = await datasets.fromRows(rows, { name: 'teams' });
  const { model, training } = await settingsFor(data, { model: { latent: 3 } });
  expect([model.latent, model.likelihood]).toEqual([3, 'table']);
  expect([training.epochs, training.batchSize]).toEqual([300, 32]);
  const vae = new VAE(model);
  await vae.fit(data, { ...training, epochs: 2 });
  expect((await vae.sample(5)).dims).toEqual([5, 2]);
  await vae.release();
});

test('a preset can be named, and numbers are standardized', async () => {
  const values = Float32Array.from({ length: 300 }, (_, i) => Math.sin(i) * 50);
  const data = fromArray(values, [3], { name: 'waves' });
  const { model } = await settingsFor(data, { preset: 'mlp' });
  expect(model.example).toMatchObject({ scaling: 'standardize' });
  expect(model.likelihood).toEqual({ type: 'gaussian', variance: 'pixel' });
  await expect(settingsFor(data, { preset: 'conv' })).rejects.toThrow(
    'The preset conv takes images whose height and width are multiples of 4, not [3].',
  );
});

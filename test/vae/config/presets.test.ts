import { describe, expect, test } from 'vitest';
import { fromArray, type TensorDataset } from '../../../src/data/dataset.js';
import { type LikelihoodOptions, VAE } from '../../../src/index.js';
import { fromConfig } from '../../../src/vae/config/options.js';
import { preset, presetNames } from '../../../src/vae/config/presets.js';
import { overPreset } from '../../../src/vae/config/resolve.js';
import { likelihoodNames } from '../../../src/vae/likelihoods/index.js';

/** Colour images that are dark on the left and light on the right, or the other way round. */
function ramps(count: number): TensorDataset {
  const values = Uint8Array.from({ length: count * 192 }, (_, i) => {
    const [image, x] = [Math.floor(i / 192), i % 8];
    return 20 + 28 * (image % 2 === 0 ? x : 7 - x) + (Math.floor(i / 8) % 3);
  });
  return fromArray(values, [3, 8, 8], { name: 'ramps' });
}

/** The same as sequences of three channels, one of 64 steps each. */
function asSequences({ images }: TensorDataset): TensorDataset {
  return fromArray(images.data as Uint8Array, [3, 64], { name: 'ramps' });
}

const pictures = ramps(48);
const sequences = asSequences(pictures);

/**
 * Every likelihood of images by its name, but for the one of which the mlp has 25 million parameters here.
 */
const likelihoods: readonly LikelihoodOptions[] = [
  ...likelihoodNames.filter((name) => !['categorical', 'table'].includes(name)),
  { type: 'gaussian', variance: 'pixel' },
  { type: 'laplace', scale: 'pixel' },
  { type: 'categorical', levels: 8 },
];

describe.each(presetNames)('the preset %s', (name) => {
  test.each(likelihoods)('learns colour images by %j', async (likelihood) => {
    const data = name === 'sequence' ? sequences : pictures;
    if (name === 'sequence' && likelihood === 'msSsim') {
      const refused = () => preset(name, data.shape, { latent: 4, likelihood });
      return expect(refused).toThrow('msSsim compares pictures');
    }
    const { model } = preset(name, data.shape, { latent: 4, likelihood });
    const vae = new VAE(fromConfig(model, 'preset'));
    const before = await vae.evaluate(data);
    await vae.fit(data, { epochs: 2, batchSize: 12 });
    const after = await vae.evaluate(data);
    expect(after.reconstruction).toBeLessThan(before.reconstruction!);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    const { dims } = await vae.reconstruct(data.images);
    expect(dims).toEqual([48, ...data.shape]);
    await vae.release();
  });
});

describe('the preset sequence', () => {
  test.each([[1], [7], [96], [140], [187], [1, 33], [3, 1000], [2, 7]])('takes %j', (...shape) => {
    const { model } = preset('sequence', shape);
    expect(model.likelihood).toEqual({ type: 'gaussian', variance: 'pixel' });
    const vae = new VAE(fromConfig(model, 'preset'));
    expect(vae.input.kind).toBe('sequence');
    const { rows } = vae.layers();
    expect(rows.filter(({ name }) => name.startsWith('decoder')).at(-1)).toMatchObject({
      outputShape: [2 * shape[0]!, ...shape.slice(1)],
    });
    const steps = shape.at(-1)!;
    const dense = rows.findIndex(({ type }) => type === 'dense');
    const before = rows[dense - 1]?.outputShape.at(-1) ?? steps;
    expect(before).toBeLessThanOrEqual(96);
  });

  test('refuses pictures, and says how they are read as sequences', () => {
    expect(() => preset('sequence', [1, 28, 28])).toThrow(
      'The preset sequence takes sequences [steps] or [channels, steps], not [1, 28, 28]. Read arrays as such (--sequences), or use the preset mlp.',
    );
  });
});

test('a preset fits rows of numbers too', () => {
  const { model } = preset('mlp', [5], { likelihood: { type: 'gaussian', variance: 'pixel' } });
  const vae = new VAE(fromConfig(model, 'preset'));
  expect(vae.layers().rows.at(-1)).toMatchObject({ outputShape: [10] });
});

test('a config over a preset has its decoder end in the shape that its likelihood asks for', () => {
  const config = { preset: 'conv' as const, model: { likelihood: 'categorical' } };
  const { model } = overPreset(config, [3, 8, 8]);
  const last = (model.decoder as { filters: number }[]).at(-1);
  expect(last).toMatchObject({ type: 'convTranspose2d', filters: 3 * 256 });
  const other = overPreset(config, [3, 8, 8], { likelihood: { type: 'mse' } }).model;
  expect((other.decoder as object[]).at(-1)).toMatchObject({ filters: 3 });
  expect(other.likelihood).toEqual({ type: 'mse' });
});

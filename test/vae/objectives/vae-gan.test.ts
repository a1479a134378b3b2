import { expect, test } from 'vitest';
import { adam, dense, sgd, type Tensor, VAE, vaeGan } from '../../../src/index.js';
import { corners, smallVAE } from '../small.js';
import { column, tableVAE } from '../tables.js';
import { cases, fixture, modelOf } from './cases.js';

const data = corners(64);
const numbers = ({ data: values }: Tensor) => values as Float32Array;
const names = (model: VAE) =>
  Object.keys(model.parameters()).filter((name) => name.startsWith('discriminator.'));

test('pictures have convolutions up to the features, other examples dense layers', async () => {
  const pictures = smallVAE({ objective: vaeGan({ channels: [3, 2], hidden: [4] }) });
  expect(names(pictures).filter((name) => name.endsWith('weight'))).toEqual([
    'discriminator.features.0.weight',
    ...['discriminator.features.2.weight', 'discriminator.features.3.weight'],
    ...['discriminator.verdict.0.weight', 'discriminator.verdict.1.weight'],
    'discriminator.verdict.3.weight',
  ]);
  const vectors = new VAE({
    input: [3],
    latent: 2,
    encoder: [dense(4)],
    decoder: [dense(3)],
    objective: vaeGan({ hidden: [5, 4] }),
  });
  const shapes = names(vectors).map((name) => vectors.parameters()[name]!.dims);
  expect(shapes).toEqual([[5, 3], [5], [4, 5], [4], [4], [4], [1, 4], [1]]);
  await Promise.all([pictures.release(), vectors.release()]);
});

test('three players move each their own, and reconstructions come nearer', async () => {
  const still = sgd({ learningRate: 0 });
  const build = (channels = [2]) =>
    smallVAE({ objective: vaeGan({ gamma: 1, channels, hidden: [8], margin: 100 }), seed: 4 });
  const moved = async (players: Parameters<VAE['fit']>[1]) => {
    const model = build();
    const before = model.parameters();
    await model.fit(data, { epochs: 1, ...players });
    const after = model.parameters();
    await model.release();
    const values = ({ data: all }: Tensor) => [...(all as Float32Array)].join();
    const changed = Object.keys(after).filter((n) => values(after[n]!) !== values(before[n]!));
    return [...new Set(changed.map((name) => name.split('.')[0]))].sort();
  };
  expect(await moved({})).toEqual(['decoder', 'discriminator', 'encoder', 'logVariance', 'mean']);
  expect(await moved({ optimizer: still, players: { decoder: { optimizer: still } } })).toEqual([
    'discriminator',
  ]);
  const model = build([4, 32]);
  const optimizer = adam({ learningRate: 0.01 });
  const { epochs } = await model.fit(data, { epochs: 40, optimizer });
  expect(epochs.at(-1)!.reconstruction).toBeLessThan(0.6 * epochs[0]!.reconstruction!);
  await model.release();
});

/** Real images cost the discriminator 0.893 nats in the fixture, and made ones 0.525. */
test.each([
  { equilibrium: 0.68, margin: 0.35, moving: ['decoder', 'discriminator'] },
  { equilibrium: 0.68, margin: 0.18, moving: ['discriminator'] },
  { equilibrium: 1, margin: 0.3, moving: ['decoder'] },
  { equilibrium: 0.68, margin: 0.1, moving: ['decoder', 'discriminator'] },
])('about $equilibrium ± $margin there move $moving', async ({ moving, ...balance }) => {
  const known = cases.find(({ name }) => name === 'vaeGan')!;
  const objective = vaeGan({ ...known.objective.options, ...balance });
  const model = modelOf({ ...known, objective });
  const { gradients } = await model.valueAndGradients(fixture.images!, known.options);
  await model.release();
  for (const [name, gradient] of Object.entries(gradients)) {
    const player = name.split('.')[0]!;
    const isPaused = /^d/.test(player) && !moving.includes(player);
    const peer = numbers(fixture[`vaeGan.gradient.${name}`]!);
    numbers(gradient).forEach((value, i) => {
      expect(value, name).toBeCloseTo(isPaused ? 0 : peer[i]!, 5);
    });
  }
});

test('a layer that is not there, and rows of a table, are refused', () => {
  const objective = vaeGan({ channels: [4], hidden: [8], layer: 3 });
  expect(() => smallVAE({ objective })).toThrow('has 2 hidden layers, so there is no layer 3');
  expect(() => tableVAE([column('age', 'continuous')], { objective: vaeGan() })).toThrow(
    'compares examples with decoded ones',
  );
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor as NativeTensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillUniform, randomStream } from '../../src/base/random.js';
import type { TableColumn } from '../../src/data/column.js';
import { adam, fromArray, Tensor, VAE } from '../../src/index.js';
import { fromConfig } from '../../src/vae/config/options.js';
import { preset } from '../../src/vae/config/presets.js';

const folder = await mkdtemp(join(tmpdir(), 'vaekit-table-'));
afterAll(() => rm(folder, { recursive: true }));

/** Two kinds of animals: their weights differ, their colours too; one weight in ten is missing. */
const columns: readonly TableColumn[] = [
  { name: 'animal', kind: 'binary', type: 'text', missing: 0, categories: ['cat', 'dog'] },
  { name: 'planet', kind: 'constant', type: 'text', missing: 0, categories: ['earth'] },
  { name: 'weight', kind: 'continuous', type: 'number', missing: 0.1, decimals: 1, range: [2, 30] },
  {
    name: 'colour',
    kind: 'categorical',
    type: 'text',
    missing: 0,
    categories: ['black', 'red', 'white'],
  },
  { name: 'kittens', kind: 'count', type: 'number', missing: 0, range: [0, 9] },
];

const learnt = columns.filter(({ kind }) => kind !== 'constant');
const size = 600;

function animals() {
  const draws = new Float32Array(size * 5);
  fillUniform(randomStream(5, 'animals'), draws);
  let drawn = 0;
  const uniform = () => draws[drawn++]!;
  const values = new Float32Array(size * 4);
  for (let row = 0; row < size; row++) {
    const isDog = row % 3 === 0;
    const weight = isDog ? 20 + 6 * (uniform() - 0.5) : 4 + 2 * (uniform() - 0.5);
    const colour = isDog ? (uniform() < 0.8 ? 0 : 2) : Math.floor(3 * uniform());
    const kittens = isDog ? 0 : Math.floor(6 * uniform());
    const isMissing = uniform() < 0.1;
    values.set([isDog ? 1 : 0, isMissing ? Number.NaN : weight, colour, kittens], row * 4);
  }
  return fromArray(values, [4], { name: 'animals', columns: learnt, table: columns });
}

const data = animals();

function tableVAE(): VAE {
  const example = { kind: 'table', columns } as const;
  const { model } = preset('tabular', [4], { latent: 4, example });
  return new VAE(fromConfig(model, 'preset'));
}

const vae = tableVAE();
const rowsOf = ({ data: values, dims }: Tensor) =>
  Array.from({ length: dims[0]! }, (_, row) => [
    ...(values as Float32Array).slice(row * 4, row * 4 + 4),
  ]);
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

describe('a model of a table', () => {
  beforeAll(async () => {
    const options = { epochs: 60, batchSize: 50, optimizer: adam({ learningRate: 0.002 }) };
    const { epochs } = await vae.fit(data, options);
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss - 0.7);
  });
  afterAll(() => vae.release());

  test('draws rows with the shares, and the ties, of its columns', async () => {
    const rows = rowsOf(await vae.sample(4000));
    const [dogs, cats] = [rows.filter(([animal]) => animal === 1), rows.filter(([a]) => a === 0)];
    expect(dogs.length + cats.length).toBe(4000);
    expect(dogs.length / 4000).toBeCloseTo(1 / 3, 1);
    expect(Math.abs(mean(dogs.map(([, weight]) => weight!)) - 20)).toBeLessThan(4);
    expect(Math.abs(mean(cats.map(([, weight]) => weight!)) - 4)).toBeLessThan(4);
    const black = (animals: readonly number[][]) =>
      animals.filter(([, , colour]) => colour === 0).length / animals.length;
    expect(black(dogs)).toBeGreaterThan(0.65);
    expect(black(cats)).toBeLessThan(0.45);
    expect(rows.every(([, , colour]) => [0, 1, 2].includes(colour!))).toBe(true);
    expect(rows.every(([, , , count]) => Number.isInteger(count) && count! >= 0)).toBe(true);
    expect(Math.max(...rows.map(([, weight]) => weight!))).toBeLessThanOrEqual(30);
  });

  test('begins with the distribution of each column', async () => {
    const fresh = tableVAE();
    // A step too small to learn by: the facts of the data are taken alone.
    await fresh.fit(data, { epochs: 1, batchSize: 50, optimizer: adam({ learningRate: 1e-9 }) });
    const rows = rowsOf(await fresh.sample(4000));
    expect(mean(rows.map(([animal]) => animal!))).toBeCloseTo(1 / 3, 1);
    const known = rowsOf(data.images).flatMap(([, weight]) => (weight! > 0 ? [weight!] : []));
    expect(Math.abs(mean(rows.map(([, weight]) => weight!)) - mean(known))).toBeLessThan(0.7);
    await fresh.release();
  });

  test('a value that is missing adds nothing, and is filled by a reconstruction', async () => {
    const dog = Float32Array.of(1, 20, 0, 0);
    const gaps = Float32Array.of(1, Number.NaN, 0, 0);
    const nothing = new Float32Array(4).fill(Number.NaN);
    const images = new Tensor('float32', Float32Array.of(...dog, ...gaps, ...nothing), [3, 4]);
    const filled = rowsOf(await vae.reconstruct(images));
    expect(filled.flat().every(Number.isFinite)).toBe(true);
    expect(Math.abs(filled[1]![1]! - 20)).toBeLessThan(3);
    const { values } = await vae.logLikelihood(
      fromArray(images.data as Float32Array, [4], { table: columns }),
      { samples: 500 },
    );
    // A row of gaps alone: log ∫ p(z) dz = 0.
    expect(Math.abs(values[2]!)).toBeLessThan(0.2);
    expect(values[1]!).toBeGreaterThan(values[0]!);
  });

  test('is the same from its files, for ONNX Runtime alone too', async () => {
    const path = join(folder, 'run');
    await vae.save(path);
    const loaded = await VAE.load(path);
    expect(loaded.input.columns).toEqual(columns);
    expect(rowsOf(await loaded.sample(20))).toEqual(rowsOf(await vae.sample(20)));
    const { mean: latents } = await vae.encode(data);
    const session = await InferenceSession.create(vae.exportEncoder());
    const rows = new NativeTensor('float32', data.images.data as Float32Array, [size, 4]);
    const found = (await session.run({ image: rows })).mean!.data as Float32Array;
    found.forEach((value, i) => {
      expect(value).toBeCloseTo((latents.data as Float32Array)[i]!, 4);
    });
    await loaded.release();
  });

  test('goes on with the facts of its first data', async () => {
    const path = join(folder, 'on');
    await vae.save(path);
    const loaded = await VAE.load(path);
    const facts = (model: VAE) =>
      Object.entries(model.parameters()).filter(([name]) => /^input\./.test(name));
    const before = facts(loaded).map(([, { data: values }]) => [...(values as Float32Array)]);
    await loaded.fit(data, { epochs: 1, batchSize: 50 });
    expect(facts(loaded).map(([, { data: values }]) => [...(values as Float32Array)])).toEqual(
      before,
    );
    await loaded.release();
  });
});

test('a likelihood that is none for a column is refused in a line', () => {
  const wrong = columns.map((column) =>
    column.name === 'colour' ? { ...column, likelihood: 'gaussian' } : column,
  );
  const build = () => preset('tabular', [4], { example: { kind: 'table', columns: wrong } });
  expect(build).toThrow(
    "column 'colour': the likelihood gaussian is not for categorical columns. Give one of categorical.",
  );
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, describe, expect, test } from 'vitest';
import { describeInput, isPicture, statisticsOf } from '../../src/data/input.js';
import {
  type Checkpoint,
  conditional,
  conv1d,
  dense,
  fromArray,
  Tensor,
  VAE,
  type VAEOptions,
} from '../../src/index.js';
import { corners, smallVAE } from './small.js';

const folder = await mkdtemp(join(tmpdir(), 'vaekit-input-'));
afterAll(() => rm(folder, { recursive: true }));

const numbers = ({ data }: Tensor) => [...(data as Float32Array)];

describe('an input describes itself', () => {
  test.each([
    [[1, 4, 4], {}, { kind: 'image', range: [0, 1], scaling: 'none' }, true],
    [[4, 4, 4], {}, { kind: 'image', range: [0, 1], scaling: 'none' }, false],
    [[12], {}, { kind: 'vector', scaling: 'none' }, false],
    [[6, 2], {}, { kind: 'sequence', scaling: 'none' }, false],
    [[6], { kind: 'sequence' }, { kind: 'sequence', scaling: 'none' }, false],
    [[3, 5, 2, 2], {}, { kind: 'vector', scaling: 'none' }, false],
    [[2], { range: [-1, 1] }, { kind: 'vector', range: [-1, 1], scaling: 'none' }, false],
  ] as const)('%j %j', (shape, given, expected, picture) => {
    const described = describeInput(shape, given as never);
    expect(described).toEqual({ shape, ...expected });
    expect(isPicture(described)).toBe(picture);
  });

  test('and a model says so, in its files too', async () => {
    expect(smallVAE().input.kind).toBe('image');
    const vae = smallVAE({ example: { range: [0, 2] }, likelihood: 'gaussian' });
    expect(vae.input.range).toEqual([0, 2]);
    const path = join(folder, 'described');
    await vae.save(path);
    expect((await VAE.load(path)).input).toEqual(vae.input);
  });

  test('settings given are checked', () => {
    expect(() => smallVAE({ example: { kind: 'sequence' } })).toThrow(
      'example.kind: a sequence is [steps] or [channels, steps], not [1, 4, 4].',
    );
    expect(() => smallVAE({ example: { range: [1, 0] } })).toThrow('VAE.example.range: ');
    expect(() => smallVAE({ example: { scaling: 'standardize' } })).toThrow(
      'example.scaling: the likelihood bernoulli is about values that are not scaled.',
    );
  });
});

test('decoded examples are held in the range of the input', async () => {
  const vae = smallVAE({ example: { range: [0.2, 0.3] }, likelihood: { type: 'gaussian' } });
  const images = numbers(await vae.sample(20));
  expect(Math.min(...images)).toBeGreaterThanOrEqual(Math.fround(0.2));
  expect(Math.max(...images)).toBeLessThanOrEqual(Math.fround(0.3));
});

/** Rows of three values of very different scale; the last never changes. */
const rows = 200;
const table = Float32Array.from({ length: 3 * rows }, (_, i) => {
  const row = Math.floor(i / 3);
  const x = Math.sin(row * 1.7);
  return [1e4 + 500 * x, 0.01 * x - 0.02 * Math.cos(row * 0.9), 7][i % 3]!;
});
const data = fromArray(table, [3], { name: 'table' });

test('statistics describe the data', async () => {
  const { mean, deviation } = await statisticsOf(data);
  [0, 1, 2].forEach((k) => {
    const column = Array.from({ length: rows }, (_, i) => table[3 * i + k]!);
    const average = column.reduce((sum, x) => sum + x, 0) / rows;
    const variance = column.reduce((sum, x) => sum + (x - average) ** 2, 0) / rows;
    expect(mean[k]! / average).toBeCloseTo(1, 5);
    expect(deviation[k]! / (Math.sqrt(variance) || 1)).toBeCloseTo(1, 5);
  });
  const bytes = fromArray(Uint8Array.of(0, 255, 0, 255), [1]);
  expect(await statisticsOf(bytes)).toEqual({
    mean: Float32Array.of(0.5),
    deviation: Float32Array.of(0.5),
  });
});

test('statistics of sequences are by channel, the same at all steps', async () => {
  // Two channels of three steps, of which the first channel rises by 1 a step.
  const values = Float32Array.from({ length: 4 * 6 }, (_, i) => {
    const [row, channel, step] = [Math.floor(i / 6), Math.floor(i / 3) % 2, i % 3];
    return channel === 0 ? step + (row % 2) : 100 + 10 * row;
  });
  const sequences = fromArray(values, [2, 3]);
  const { mean, deviation } = await statisticsOf(sequences, 'sequence');
  expect([...mean]).toEqual([1.5, 1.5, 1.5, 115, 115, 115]);
  const expected = [Math.sqrt(2 / 3 + 1 / 4), Math.sqrt(125)];
  deviation.forEach((found, i) => {
    expect(found).toBeCloseTo(expected[Math.floor(i / 3)]!, 5);
  });
});

test('the encoder sees a sequence [steps] as one of one channel, with its labels as others', async () => {
  const sequences = fromArray(
    Float32Array.from({ length: 60 }, (_, i) => Math.sin(i)),
    [6],
    { labels: Array.from({ length: 10 }, (_, i) => i % 3) },
  );
  const make = (objective: Partial<VAEOptions>) =>
    new VAE({
      input: [6],
      latent: 2,
      example: { kind: 'sequence', scaling: 'standardize' },
      encoder: [conv1d(4, { padding: 'same' })],
      decoder: [dense(6)],
      likelihood: 'gaussian',
      ...objective,
    });
  const shapeOf = (vae: VAE) => vae.parameters()['encoder.0.weight']!.dims;
  expect(shapeOf(make({}))).toEqual([4, 1, 3]);
  const vae = make({ objective: conditional({ classes: 3 }) });
  expect(shapeOf(vae)).toEqual([4, 4, 3]);
  await vae.fit(sequences, { epochs: 1, batchSize: 5 });
  expect((await vae.reconstruct(sequences)).dims).toEqual([10, 6]);
});

describe('examples are scaled by the data that a model is trained on', () => {
  const model = (options: Partial<VAEOptions> = {}) =>
    new VAE({
      input: [3],
      latent: 2,
      encoder: [dense(8, { activation: 'tanh' })],
      decoder: [dense(8, { activation: 'tanh' }), dense(3)],
      likelihood: { type: 'gaussian', variance: 0.1 },
      example: { scaling: 'standardize' },
      seed: 2,
      ...options,
    });
  const settings = { epochs: 60, batchSize: 20 };
  const first = new Tensor('float32', table.slice(0, 60), [20, 3]);

  test('so that values of any scale are learnt, and given back as they were', async () => {
    const vae = model();
    await vae.fit(data, settings);
    const { 'input.mean': mean, 'input.deviation': deviation } = vae.parameters();
    const found = await statisticsOf(data);
    expect(numbers(mean!)).toEqual([...found.mean]);
    expect(numbers(deviation!)).toEqual([...found.deviation]);
    const errorOf = (images: Tensor, k: number) => {
      const squares = Array.from({ length: 20 }, (_, i) => {
        return (numbers(images)[3 * i + k]! - table[3 * i + k]!) ** 2;
      });
      return Math.sqrt(squares.reduce((sum, x) => sum + x, 0) / 20) / found.deviation[k]!;
    };
    const images = await vae.reconstruct(first);
    expect(errorOf(images, 0)).toBeLessThan(0.5);
    expect(errorOf(images, 1)).toBeLessThan(0.7);
    // The network without scaling sees 10,000 beside 0.01, and learns neither.
    const plain = model({ example: {} });
    await plain.fit(data, settings).catch(() => undefined);
    expect(errorOf(await plain.reconstruct(first), 1)).toBeGreaterThan(0.9);
  });

  test('log p(x) is of the values as they are: a unit ten times as large costs log 10', async () => {
    const tenth = fromArray(
      table.map((x) => x / 10),
      [3],
    );
    const [a, b] = [model(), model()];
    await a.fit(data, { ...settings, epochs: 3 });
    await b.fit(tenth, { ...settings, epochs: 3 });
    const [one, other] = [await a.evaluate(data), await b.evaluate(tenth)];
    // The last value never changes, and is not scaled.
    expect(one.loss - other.loss).toBeCloseTo(2 * Math.log(10), 2);
  });

  test('the statistics are in the ONNX files and in runs, and stay when training goes on', async () => {
    const vae = model();
    await vae.fit(data, { ...settings, epochs: 2 });
    const encoder = await InferenceSession.create(vae.exportEncoder());
    const { mean } = await encoder.run({ image: first });
    const expected = numbers((await vae.encode(first)).mean);
    numbers(mean as Tensor).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 4);
    });
    const path = join(folder, 'scaled');
    await vae.save(path);
    const again = await VAE.load(path);
    expect(numbers((await again.encode(first)).mean)).toEqual(expected);
    const before = numbers(vae.parameters()['input.mean']!);
    await vae.fit(fromArray(table.slice(0, 120), [3]), { epochs: 1, batchSize: 20 });
    expect(numbers(vae.parameters()['input.mean']!)).toEqual(before);
  });

  test('a resumed training is the unbroken one', async () => {
    const taken: Checkpoint[] = [];
    const whole = model();
    await whole.fit(data, {
      ...settings,
      epochs: 3,
      checkpoint: { steps: 7 },
      callbacks: [{ onCheckpoint: (each) => void taken.push(each) }],
    });
    const again = model();
    await again.fit(data, { ...settings, epochs: 3, resume: taken[0]! });
    const flat = (vae: VAE) => Object.values(vae.parameters()).flatMap(numbers);
    expect(flat(again)).toEqual(flat(whole));
  });
});

test('a dataset in the place of images is read piece by piece, with its own labels', async () => {
  const many = corners(600);
  const vae = smallVAE();
  const [whole, read] = [await vae.encode(many.images), await vae.encode(many)];
  expect(numbers(read.mean)).toEqual(numbers(whole.mean));
  expect(numbers(await vae.reconstruct(many))).toEqual(numbers(await vae.reconstruct(many.images)));
  expect(numbers(await vae.elbo(many))).toHaveLength(600);
});

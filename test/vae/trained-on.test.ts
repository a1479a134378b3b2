import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { conditional, dense, fromArray, VAE } from '../../src/index.js';

const rows = 96;
const random = (i: number, j: number) => ((i * 7919 + j * 104729 + i * i * 31) % 1009) / 1009;

/** Columns of very different means, in an order. */
function table(order: string, options = {}) {
  const base: Readonly<Record<string, number>> = { a: 0, b: 5, c: -5 };
  const values = Array.from({ length: rows }, (_, i) =>
    [...order].map((name, j) => base[name]! + random(i, name.charCodeAt(0) + 0 * j)),
  );
  return fromArray(Float32Array.from(values.flat()), [order.length], {
    name: 'table',
    columns: [...order].map((name) => ({ name })),
    ...options,
  });
}

const model = () =>
  new VAE({
    input: [3],
    latent: 2,
    encoder: [dense(8, { activation: 'tanh' })],
    decoder: [dense(8, { activation: 'tanh' }), dense(3)],
    likelihood: { type: 'gaussian', variance: 1 },
    seed: 1,
  });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaekit-trained-on-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a model keeps facts of the data it was trained on', () => {
  test('in its run, and takes tables by the names of their columns', async () => {
    const vae = model();
    expect(vae.trainedOn).toBeUndefined();
    await vae.fit(table('abc'), { epochs: 2, batchSize: 16, validation: table('cab') });
    const facts = {
      ...{ name: 'table', shape: [3], dtype: 'float32', columns: ['a', 'b', 'c'] },
      parts: { train: rows, validation: rows },
    };
    expect(vae.trainedOn).toMatchObject(facts);
    const expected = await vae.evaluate(table('abc'));
    expect(await vae.evaluate(table('cab'))).toEqual(expected);
    await expect(vae.evaluate(table('ab'))).rejects.toThrow("lacks the column 'c'");
    const path = join(folder, 'run');
    await vae.save(path);
    expect(JSON.parse(await readFile(join(path, 'config.json'), 'utf8')).trainedOn).toMatchObject(
      facts,
    );
    const loaded = await VAE.load(path);
    expect(await loaded.evaluate(table('bca'))).toEqual(expected);
    expect((await loaded.encode(table('cba'))).mean.data).toEqual(
      (await vae.encode(table('abc'))).mean.data,
    );
    await Promise.all([vae.release(), loaded.release()]);
  });

  test('not of a training that did not begin', async () => {
    const vae = model();
    await expect(vae.fit(table('abc'), { epochs: 1, batchSize: 1000 })).rejects.toThrow();
    expect(vae.trainedOn).toBeUndefined();
  });

  test("validation columns in another order are matched to training's", async () => {
    const [one, other] = [model(), model()];
    const fit = { epochs: 1, batchSize: 16 };
    const expected = await one.fit(table('abc'), { ...fit, validation: table('abc') });
    const found = await other.fit(table('abc'), { ...fit, validation: table('bca') });
    expect(found.epochs[0]!.val_loss).toBe(expected.epochs[0]!.val_loss);
    await Promise.all([one.release(), other.release()]);
  });

  test('by which a conditional model takes classes', async () => {
    const pets = ['cat', 'dog', 'fish'];
    const labels = Int32Array.from({ length: rows }, (_, i) => i % 3);
    const vae = new VAE({
      input: [3],
      latent: 2,
      seed: 1,
      ...layers,
      objective: conditional({ classes: 3 }),
    });
    await vae.fit(table('abc', { labels, classNames: pets }), { epochs: 1, batchSize: 16 });
    const some = labels.map((label) => (label === 0 ? 1 : label));
    const expected = await vae.evaluate(table('abc', { labels: some, classNames: pets }));
    const renumbered = { labels: some.map((label) => label - 1), classNames: ['dog', 'fish'] };
    expect(await vae.evaluate(table('abc', renumbered))).toEqual(expected);
    const unknown = { labels: some.map((label) => label - 1), classNames: ['cow', 'fish'] };
    await expect(vae.evaluate(table('abc', unknown))).rejects.toThrow("the class 'cow'");
    await vae.release();
  });
});

const layers = {
  encoder: [dense(8, { activation: 'tanh' })],
  decoder: [dense(8, { activation: 'tanh' }), dense(3)],
  likelihood: { type: 'gaussian', variance: 1 } as const,
};

test('values that the likelihood is not about are told before the first step', async () => {
  const vae = new VAE({ input: [3], latent: 1, encoder: [dense(2)], decoder: [dense(3)] });
  const told: string[] = [];
  const callback = {
    onNote: (line: string) => void told.push(line),
    onStart: () => void told.push('started'),
  };
  await vae.fit(table('abc'), { epochs: 1, batchSize: 16, callbacks: [callback] });
  expect(told).toHaveLength(2);
  expect(told[0]).toMatch(
    /reach from -[45][\d.]* to [\d.]+, but bernoulli is about values in \[0, 1\]/,
  );
  expect(told[1]).toBe('started');
  await vae.release();
});

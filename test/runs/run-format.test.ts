import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { fromArray, Tensor, VAE } from '../../src/index.js';
import { RunFolder, readRunFormat, runFormat } from '../../src/runs/index.js';
import { parseMetrics } from '../../src/runs/metrics-lines.js';

const fixtures = new URL('../fixtures/', import.meta.url);
const versions = Array.from({ length: runFormat }, (_, i) => i + 1);

test('there are runs of each version, by test/fixtures/write-run.mjs', () => {
  const kept = readdirSync(fixtures).filter((name) => /-v\d+$/.test(name));
  const names = versions.flatMap((version) => [`run-v${version}`, `conditional-v${version}`]);
  expect(kept.sort()).toEqual(names.sort());
});

const placeOf = (name: string) => fileURLToPath(new URL(name, fixtures));

/** The data that test/fixtures/write-run.mjs trains on. */
const data = fromArray(
  Uint8Array.from({ length: 32 * 16 }, (_, i) => (i * i * 7919) % 256),
  [1, 4, 4],
  { name: 'made up', labels: Int32Array.from({ length: 32 }, (_, i) => (i * 5) % 3) },
);

describe.each(versions)('a run of version %i', (version) => {
  test.each(['run', 'conditional'])('(%s) loads and gives the same as ever', async (name) => {
    const path = placeOf(`${name}-v${version}`);
    const expected = JSON.parse(readFileSync(`${path}/expected.json`, 'utf8'));
    const vae = await VAE.load(path);
    const images = new Tensor('uint8', Uint8Array.from(expected.images), [2, ...vae.config.input]);
    const shown = expected.labels ? { labels: expected.labels as number[] } : {};
    const { mean, logVariance } = await vae.encode(images, shown);
    const decoded = await vae.decode(mean, shown);
    for (const [name, { data }] of Object.entries({ mean, logVariance, decoded })) {
      expect(data.length).toBe(expected[name].length);
      (data as Float32Array).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[name][i], 5);
      });
    }
    await vae.release();
  });

  test('has its metrics', async () => {
    const metrics = await (await RunFolder.open(placeOf(`run-v${version}`))).readMetrics();
    expect(metrics.map(({ epoch, steps }) => [epoch, steps])).toEqual([
      [1, 4],
      [2, 4],
    ]);
    expect(metrics[1]!.val_loss).toBeCloseTo(11.5879, 3);
  });

  test('tells the KL divergence in nats, and the weighed term of the loss', async () => {
    const path = placeOf(`conditional-v${version}`);
    const last = (await (await RunFolder.open(path)).readMetrics()).at(-1)!;
    const vae = await VAE.load(path);
    const evaluated = await vae.evaluate(data);
    for (const name of ['loss', 'reconstruction', 'kl', 'weightedKl']) {
      expect(last[`val_${name}`], name).toBeCloseTo(evaluated[name]!, 5);
    }
    expect(last.weightedKl! / last.kl!).toBeCloseTo(0.7, 5);
    await vae.release();
  });

  test('goes on from its checkpoint to the same parameters', async () => {
    const path = placeOf(`conditional-v${version}`);
    const folder = await RunFolder.open(path);
    const vae = await VAE.load(path);
    const trained = vae.parameters();
    const resume = (await folder.readCheckpoint())!;
    expect(resume).toMatchObject({ epoch: 2, batch: 2 });
    const { epochs } = await vae.fit(data, {
      ...{ epochs: 3, batchSize: 8, checkpoint: { steps: 6 } },
      validation: data,
      resume,
    });
    for (const [name, { data }] of Object.entries(vae.parameters())) {
      (data as Float32Array).forEach((value, i) => {
        expect(value, name).toBeCloseTo(trained[name]!.data[i] as number, 5);
      });
    }
    const before = await folder.readMetrics();
    // Older versions did not tell the numbers that were in force.
    const news = ['seconds', 'klWeight', 'learning_rate'];
    const names = (line: object) => Object.keys(line).filter((name) => !news.includes(name));
    epochs.forEach((line, i) => {
      expect(names(line)).toEqual(names(before[i]!));
      for (const name of names(line)) expect(line[name], name).toBeCloseTo(before[i]![name]!, 5);
    });
    await vae.release();
  });
});

describe('metrics of version 1', () => {
  const line = { epoch: 1, loss: 5, kl: 0.6, val_kl: 0.9, steps: 2 };
  const read = (model: unknown) => parseMetrics(`${JSON.stringify(line)}\n`, model)[0]!;
  const model = { latent: 3 };

  test.each([
    ['a mean', { kl: { weight: 0.5, reduction: 'mean' } }, 0.6 / (1 / 3)],
    ['a weight', { kl: { weight: 1, reduction: 'sum' } }, 0.3],
    ['an objective', { objective: { type: 'vae', weight: 2, reduction: 'mean' } }, 0.45],
    ['labels', { objective: { type: 'conditional', objective: { type: 'vae', weight: 3 } } }, 0.1],
  ])('%s: the weighed term is told apart', (_, over, kl) => {
    const { kl: told, weightedKl, val_weightedKl, loss } = read({ ...model, ...over });
    expect(told).toBeCloseTo(kl, 6);
    expect([weightedKl, val_weightedKl, loss]).toEqual([0.6, 0.9, 5]);
  });

  test.each([
    ['the ELBO', { kl: { weight: 0.5, reduction: 'sum' } }],
    ['β', { objective: { type: 'betaVae', beta: 4 } }],
    ['an objective of the user', { objective: { type: 'mine', weight: 3 } }],
    ['no model', undefined],
  ])('%s: the divergence stays', (_, over) => {
    expect(read(over && { ...model, ...over })).toMatchObject(line);
    expect(read(over && { ...model, ...over }).weightedKl).toBeUndefined();
  });

  test('a weight that changed by step: the divergence is not known', () => {
    const weight = { type: 'linear', from: 0, to: 1, steps: 10 };
    const told = read({ ...model, objective: { type: 'vae', weight, reduction: 'sum' } });
    expect(told).toMatchObject({ weightedKl: 0.6, val_weightedKl: 0.9 });
    expect(told.kl).toBeUndefined();
  });
});

describe('a version', () => {
  const refusal = (value: unknown) => {
    try {
      readRunFormat(value, 'config.json');
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
    return 'was read';
  };

  test('that is newer is refused in one line', () => {
    expect(refusal({ format: runFormat + 1 })).toBe(
      `config.json: format ${runFormat + 1} is newer than this version of vaekit, which reads up to ${runFormat}. Update vaekit.`,
    );
  });

  test.each([[0], [-1], [1.5], ['1'], [null], [2 ** 60], [[]]])('%j is none', (format) => {
    expect(refusal({ format })).toMatch(/^config\.json: format must be a whole number from 1\./);
  });

  test.each([[null], [[]], ['text'], [{}]])('is missing in %j', (value) => {
    expect(refusal(value)).toMatch(/^config\.json: there is no 'format' in it\./);
  });
});

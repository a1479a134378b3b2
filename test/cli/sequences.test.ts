import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { decodeNpy, encodeNpy } from '../../src/data/codecs/npy.js';
import { Tensor, VAE } from '../../src/index.js';
import { type Ended, emptyFolder, tree, vaekit } from './process.js';

// Machines that do other things too take long.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

/** Sequences of two channels, 30 steps long: waves of another phase each. */
const [count, channels, steps] = [40, 2, 30];
const waves = Float32Array.from({ length: count * channels * steps }, (_, i) => {
  const [example, channel, step] = [
    Math.floor(i / channels / steps),
    Math.floor(i / steps) % channels,
    i % steps,
  ];
  return 10 + (channel + 1) * Math.sin(example + step / 3);
});

const trainOptions = ['--epochs', '2', '--batch-size', '8', '--seed', '1'];

async function run(...args: string[]): Promise<Ended> {
  const result = await vaekit(folder, ...args);
  expect(result.stderr).not.toMatch(/vaekit:/);
  expect(result.code).toBe(0);
  return result;
}

beforeAll(async () => {
  folder = await emptyFolder();
  const data = new Tensor('float32', waves, [count, channels, steps]);
  await writeFile(at('waves.npy'), encodeNpy(data));
  const rows = Array.from({ length: count }, (_, i) => waves.slice(i * 60, i * 60 + 30).join());
  const names = Array.from({ length: steps }, (_, i) => `t${i}`).join();
  await writeFile(at('rows.csv'), `${[names, ...rows].join('\n')}\n`);
});

describe('a run on sequences', () => {
  let trained: Ended;

  beforeAll(async () => {
    const options = ['--latent', '2', '--validation-split', '0.25', '--out', 'run'];
    trained = await run('train', '--data', 'waves.npy', ...options, ...trainOptions);
  }, 120_000);

  test('has the preset for them, and the pictures', async () => {
    expect(trained.stdout).toContain('sequences of 2 channels and 30 steps');
    const { model, training } = JSON.parse(await readFile(at('run', 'config.json'), 'utf8'));
    expect(model).toMatchObject({
      input: [2, 30],
      likelihood: { type: 'gaussian', variance: 'pixel' },
      example: { scaling: 'standardize' },
    });
    expect(model.encoder[0].type).toBe('conv1d');
    expect(training.optimizer.learningRate).toBe(0.002);
    const pictures = (await tree(at('run'))).filter((name) => name.endsWith('.png'));
    expect(pictures).toEqual([
      'latent.png',
      'loss.png',
      'manifold.png',
      'reconstructions.png',
      'samples.png',
    ]);
  });

  test('gives samples as a picture and as an array', async () => {
    await run('sample', 'run', '--count', '3', '--out', 'samples.png');
    const { stdout } = await run('sample', 'run', '--count', '5', '--out', 'samples.npy');
    expect(stdout).toBe('Written: samples.npy [5, 2, 30]\n');
    const samples = decodeNpy(await readFile(at('samples.npy')), 'samples.npy');
    const expected = await (await VAE.load(at('run'))).sample(5);
    expect(samples.dims).toEqual([5, 2, 30]);
    expect(Array.from(samples.data as Float32Array)).toEqual(
      Array.from(expected.data as Float32Array),
    );
  });

  test('gives reconstructions of all its data as an array', async () => {
    await run('reconstruct', 'run', '--out', 'lines.png');
    await run('reconstruct', 'run', '--data', 'waves.npy', '--out', 'made.npy');
    const made = decodeNpy(await readFile(at('made.npy')), 'made.npy');
    const given = new Tensor('float32', waves, [count, channels, steps]);
    const expected = await (await VAE.load(at('run'))).reconstruct(given);
    expect(made.dims).toEqual(expected.dims);
    (expected.data as Float32Array).forEach((value, i) => {
      expect(made.data[i]).toBeCloseTo(value, 4);
    });
    await run('reconstruct', 'run', '--count', '4', '--out', 'few.npy');
    expect(decodeNpy(await readFile(at('few.npy')), 'few.npy').dims).toEqual([4, 2, 30]);
  });

  test('draws no more than a picture has room for, and writes other endings not', async () => {
    const many = await vaekit(folder, 'sample', 'run', '--count', '500');
    expect(many.stderr).toContain(
      'A picture has room for 400 sequences at most, not 500. Ask for fewer by --count; sample --out x.npy has room for any number.',
    );
    const other = await vaekit(folder, 'sample', 'run', '--out', 'samples.txt');
    expect(other.stderr).toMatch(/It must end in .*\.npy/);
  });
});

test('the preset sequence reads rows as sequences, and keeps that', async () => {
  const options = ['--preset', 'sequence', '--out', 'rows'];
  await run('train', '--data', 'rows.csv', ...options, ...trainOptions);
  const { model, training } = JSON.parse(await readFile(at('rows', 'config.json'), 'utf8'));
  expect(model.input).toEqual([1, 30]);
  expect(training.read).toEqual({ layout: 'sequences' });
  await run('reconstruct', 'rows', '--out', 'rows.npy');
  expect(decodeNpy(await readFile(at('rows.npy')), 'rows.npy').dims).toEqual([40, 1, 30]);
});

test('inspect tells sequences, and draws them', async () => {
  const { stdout } = await run('inspect', 'waves.npy', '--out', 'inspected.png');
  expect(stdout).toMatch(/examples +sequences of 2 channels and 30 steps: train 40/);
  expect(stdout).toMatch(/training +preset sequence, 15 latents, likelihood gaussian/);
  expect((await readFile(at('inspected.png'))).length).toBeGreaterThan(5000);
});

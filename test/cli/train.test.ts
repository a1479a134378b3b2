import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { beforeAll, describe, expect, test } from 'vitest';
import { VAE } from '../../src/index.js';
import { idxFile } from '../data/codecs/idx-file.js';
import { emptyFolder, ended, start, tree, vaekit, writeQuarters } from './process.js';

const files = [
  'config.json',
  'decoder.onnx',
  'encoder.onnx',
  'health.json',
  'latent.png',
  'loss.png',
  'manifold.png',
  'metrics.jsonl',
  'parameters.safetensors',
  'reconstructions.png',
  'samples.png',
  'timing.jsonl',
];
const data = ['--data', 'quarters', '--preset', 'dense', '--epochs', '4'];

let folder: string;
/** Files of a run folder beside checkpoints. */
const left = async (run: string) =>
  (await tree(join(folder, run))).filter((name) => !name.startsWith('checkpoints'));
const lines = async (path: string) => (await readFile(path, 'utf8')).trimEnd().split('\n');
const parameters = (run: string) => readFile(join(folder, run, 'parameters.safetensors'));

beforeAll(async () => {
  folder = await emptyFolder();
  await writeQuarters(folder);
});

describe('train', () => {
  test('writes the whole run and prints a line an epoch', async () => {
    const { code, stdout, stderr } = await vaekit(folder, 'train', ...data, '--out', 'whole');
    expect([code, stderr]).toEqual([0, '']);
    expect(await tree(join(folder, 'whole'))).toEqual([
      'checkpoints',
      'checkpoints/step-000000052.safetensors',
      ...files,
    ]);

    const printed = stdout.split('\n').filter((line) => line.startsWith('Epoch '));
    expect(printed).toHaveLength(4);
    expect(printed[3]).toMatch(
      /^Epoch 4\/4 {2}13\/13 \S+s [\d.]+ ms\/step {2}loss [\d.]+ {2}reconstruction [\d.]+ {2}kl [\d.]+ {2}weightedKl [\d.]+ {2}val_loss [\d.]+$/,
    );
    expect(stdout).toContain('encoder.0');
    expect(stdout).toMatch(/Written to whole\n$/);

    const metrics = (await lines(join(folder, 'whole', 'metrics.jsonl'))).map((line) =>
      JSON.parse(line),
    );
    expect(metrics.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    for (const line of metrics) {
      expect(Object.keys(line)).toEqual([
        'epoch',
        'loss',
        'reconstruction',
        'kl',
        'weightedKl',
        'val_loss',
        'val_reconstruction',
        'val_kl',
        'val_weightedKl',
        'klWeight',
        'learning_rate',
        'steps',
      ]);
      expect(Object.values(line).every(Number.isFinite)).toBe(true);
    }
    expect(metrics[3].loss).toBeLessThan(metrics[0].loss);

    const health = JSON.parse(await readFile(join(folder, 'whole', 'health.json'), 'utf8'));
    expect(health).toMatchObject({ deadUnits: expect.any(Array), examples: 100 });
    expect(health.klPerLatent).toHaveLength(2);
    for (const name of files.filter((each) => each.endsWith('.png'))) {
      const { width, height } = decode(await readFile(join(folder, 'whole', name)));
      expect(Math.min(width, height), name).toBeGreaterThan(50);
    }
  });

  test('--profile prints where the time of a step goes, and changes nothing else', async () => {
    const { code, stdout } = await vaekit(folder, 'train', ...data, '--profile', '--out', 'seen');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^encoder\.0 +dense +\d.* %$/m);
    const profiles = ['profile.json', 'profile.trace.json', 'profile.txt'];
    expect(await left('seen')).toEqual([...files, ...profiles].sort());
    expect(stdout).toContain(await readFile(join(folder, 'seen', 'profile.txt'), 'utf8'));
    const json = async (name: string) =>
      JSON.parse(await readFile(join(folder, 'seen', name), 'utf8'));
    expect((await json('profile.trace.json')).traceEvents.length).toBeGreaterThan(50);
    expect((await json('profile.json')).entries.length).toBeGreaterThan(10);
    expect(await parameters('seen')).toEqual(await parameters('whole'));
  });

  test('a config.json given back gives the same bytes; options override it', async () => {
    const options = ['--seed', '5', '--learning-rate', '0.01', '--kl-reduction', 'sum'];
    const first = await vaekit(folder, 'train', ...data, ...options, '--out', 'first');
    expect(first.code).toBe(0);
    await copyFile(join(folder, 'first', 'config.json'), join(folder, 'given.json'));
    const again = await vaekit(folder, 'train', '--config', 'given.json', '--out', 'again');
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(Buffer.compare(await parameters('again'), await parameters('first'))).toBe(0);
    expect(await readFile(join(folder, 'again', 'config.json'), 'utf8')).toBe(
      await readFile(join(folder, 'first', 'config.json'), 'utf8'),
    );
    const other = ['--config', 'given.json', '--seed', '6', '--epochs', '1', '--out', 'other'];
    expect((await vaekit(folder, 'train', ...other)).code).toBe(0);
    const config = JSON.parse(await readFile(join(folder, 'other', 'config.json'), 'utf8'));
    expect(config.model).toMatchObject({ seed: 6, kl: { weight: 0.5, reduction: 'sum' } });
    expect(config.training).toMatchObject({ epochs: 1, optimizer: { learningRate: 0.01 } });
    expect(await lines(join(folder, 'other', 'metrics.jsonl'))).toHaveLength(1);
  });

  test('two runs without --out have two folders', async () => {
    for (const run of ['runs/quarters-dense', 'runs/quarters-dense-2']) {
      const { code, stdout } = await vaekit(folder, 'train', ...data, '--epochs', '1');
      expect([code, stdout.endsWith(`Written to ${run}\n`)]).toEqual([0, true]);
      expect(await left(run)).toEqual(files);
    }
  });

  test('data of one’s own has a preset by its shape, which is told', async () => {
    const own = ['--data', 'quarters', '--epochs', '1', '--likelihood', 'continuousBernoulli'];
    const { code, stdout } = await vaekit(folder, 'train', ...own);
    expect([code, ...stdout.split('\n').slice(0, 2)]).toEqual([
      0,
      'Data quarters: pictures of 1 channel, 8 high and 8 wide, from 0.0392 to 0.9569, 4 classes; train 400, test 100.',
      'Preset mlp for small gray pictures of 8 × 8: 16 latents, likelihood continuousBernoulli, 1 epoch in batches of 32. Others by --preset: dense, conv, resnet, density, vq, tabular, sequence.',
    ]);
    expect(stdout).toMatch(/Written to runs\/quarters-mlp\n$/);
  });

  test('more latents than two have no latent map', async () => {
    const options = ['--preset', 'mlp', '--latent', '3', '--out', 'three'];
    expect((await vaekit(folder, 'train', ...data, ...options)).code).toBe(0);
    expect(await left('three')).toEqual(
      files.filter((name) => !['latent.png', 'manifold.png'].includes(name)),
    );
  });

  test('data without light is told, before the units that it leaves dead', async () => {
    await writeFile(join(folder, 'black.idx'), idxFile('uint8', [64, 8, 8], new Uint8Array(4096)));
    const options = ['--preset', 'dense', '--epochs', '1', '--learning-rate', '0'];
    const black = ['--data', 'black.idx', '--out', 'black'];
    const { stdout } = await vaekit(folder, 'train', ...black, ...options);
    const notes = stdout.split('\n').filter((line) => line.startsWith('Note: '));
    expect(notes).toEqual([
      'Note: All values of the data are 0: there is nothing to learn. Give other data.',
    ]);
    const health = JSON.parse(await readFile(join(folder, 'black', 'health.json'), 'utf8'));
    expect(health.deadUnits).toEqual([{ layer: 'encoder.0', units: [0, 1], of: 2 }]);
    expect(health.collapsedLatents).toEqual([0, 1]);
  });
});

describe.skipIf(process.platform === 'win32')('a signal in a long training', () => {
  // npm repeats the terminal's signal, so that one Ctrl-C comes twice.
  test.each([
    ['SIGINT', 130, 1],
    ['SIGINT', 130, 2],
    ['SIGTERM', 143, 1],
  ] as const)(
    '%s ends it with %i and the trained model (sent %i times)',
    async (signal, code, times) => {
      const out = `stopped-${signal}-${times}`;
      const child = start(folder, ['train', ...data, '--epochs', '100000', '--out', out]);
      const end = ended(child);
      await new Promise<void>((resolve) => {
        let seen = '';
        child.stdout.on('data', (text: string) => {
          seen += text;
          if (seen.includes('Epoch 3/')) resolve();
        });
      });
      for (let i = 0; i < times; i++) child.kill(signal);
      const result = await end;
      expect(result.code).toBe(code);
      expect(result.stderr.trim()).toBe(
        'Stopping: what was trained is being saved. Once more to stop at once.',
      );
      expect(result.stdout).toMatch(
        new RegExp(`Written to ${out}\\nGo on with: vaekit train --resume ${out}\\n$`),
      );
      expect(await left(out)).toEqual(files);
      const metrics = await lines(join(folder, out, 'metrics.jsonl'));
      const vae = await VAE.load(join(folder, out));
      expect(vae.parameters()['mean.bias']!.data).not.toEqual(new Float32Array(2));
      expect(metrics.length).toBeGreaterThanOrEqual(3);
      expect(metrics.length).toBeLessThan(100000);
    },
  );
});

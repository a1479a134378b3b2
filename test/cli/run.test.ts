import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from 'fast-png';
import type { Tensor } from 'onnxruntime-common';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeNpy } from '../../src/data/codecs/npy.js';
import { readRange } from '../../src/data/dataset.js';
import { datasets, VAE, zipRun } from '../../src/index.js';
import { emptyFolder, tree, vaekit, writeQuarters } from './process.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const numbers = (tensor: Tensor) => Array.from(tensor.data as Float32Array);

beforeAll(async () => {
  folder = await emptyFolder();
  await writeQuarters(folder);
  const options = ['--preset', 'dense', '--epochs', '3', '--out', 'a'];
  const { code } = await vaekit(folder, 'train', '--data', 'quarters', ...options);
  expect(code).toBe(0);
});

describe('a run is used by', () => {
  test("encode: CSV and .npy hold the library's latents", async () => {
    const { code, stdout } = await vaekit(folder, 'encode', 'a', '--out', 'latents');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'latents.csv, latents.mean.npy, latents.log_variance.npy (100 examples)',
    );
    const { test } = await datasets.openDataset(at('quarters'));
    const { mean, logVariance } = await (await VAE.load(at('a'))).encode(
      await readRange(test!, 0, test!.size),
    );
    for (const [name, expected] of [
      ['mean', mean],
      ['log_variance', logVariance],
    ] as const) {
      const tensor = decodeNpy(await readFile(at(`latents.${name}.npy`)), name);
      expect(tensor.dims).toEqual([100, 2]);
      expect(numbers(tensor)).toEqual(numbers(expected));
    }
    const [header, ...rows] = (await readFile(at('latents.csv'), 'utf8')).trimEnd().split('\n');
    expect(header).toBe('index,label,mean_0,mean_1,log_variance_0,log_variance_1');
    expect(rows).toHaveLength(100);
    const table = rows.map((row) => row.split(',').map(Number));
    expect(table.map(([index]) => index)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(table.map(([, label]) => label)).toEqual(Array.from(test!.labels!));
    expect(table.flatMap((row) => row.slice(2, 4))).toEqual(numbers(mean));
    expect(table.flatMap((row) => row.slice(4))).toEqual(numbers(logVariance));
  });

  test.each([
    ['jpg', 'jpeg', 6],
    ['JPEG', 'jpeg', 6],
    ['webp', 'webp', 0],
    ['avif', 'heif', 2],
  ] as const)('sample: a picture that ends in .%s is one', async (ending, format, most) => {
    for (const name of [`drawn.${ending}`, 'drawn.png']) {
      const { code } = await vaekit(folder, 'sample', 'a', '--count', '9', '--out', name);
      expect(code).toBe(0);
    }
    const [given, png] = await Promise.all(
      [`drawn.${ending}`, 'drawn.png'].map(async (name) => {
        const { format } = await sharp(at(name)).metadata();
        const { data, info } = await sharp(at(name))
          .flatten()
          .toColourspace('srgb')
          .raw()
          .toBuffer({ resolveWithObject: true });
        return { format, data, info };
      }),
    );
    expect(given!.format).toBe(format);
    expect([given!.info.width, given!.info.height]).toEqual([png!.info.width, png!.info.height]);
    const channels = [given!.info.channels, png!.info.channels] as const;
    let total = 0;
    const pixels = png!.info.width * png!.info.height;
    for (let i = 0; i < pixels; i++) {
      total += Math.abs(given!.data[i * channels[0]]! - png!.data[i * channels[1]]!);
    }
    expect(total / pixels).toBeLessThanOrEqual(most);
  });

  test('evaluate: the last val_loss of its training', async () => {
    const metrics = (await readFile(at('a', 'metrics.jsonl'), 'utf8')).trimEnd().split('\n');
    const { val_loss, val_reconstruction, val_kl, val_weightedKl } = JSON.parse(metrics.at(-1)!);
    const { code, stdout } = await vaekit(folder, 'evaluate', 'a', '--json');
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ data: 'quarters test', size: 100 });
    expect(result.loss).toBeCloseTo(val_loss, 5);
    expect(result.reconstruction).toBeCloseTo(val_reconstruction, 5);
    expect(result.kl).toBeCloseTo(val_kl, 5);
    expect((await vaekit(folder, 'evaluate', 'a')).stdout).toBe(
      `quarters test, 100 examples of the test part: loss ${val_loss.toFixed(2)}  reconstruction ${val_reconstruction.toFixed(2)}  kl ${val_kl.toFixed(2)}  weightedKl ${val_weightedKl.toFixed(2)} (nats)\n`,
    );
    const other = await vaekit(folder, 'evaluate', 'a', '--split', 'train', '--json');
    expect(JSON.parse(other.stdout)).toMatchObject({ data: 'quarters train', size: 400 });
  });

  test('reconstruct and sample: pictures', async () => {
    const few = await vaekit(folder, 'reconstruct', 'a', '--count', '3', '--out', 'few.png');
    const many = await vaekit(folder, 'reconstruct', 'a', '--count', '6', '--out', 'many.png');
    expect([few.code, many.code]).toEqual([0, 0]);
    const size = async (name: string) => decode(await readFile(at(name)));
    expect((await size('many.png')).width).toBeGreaterThan((await size('few.png')).width);
    const ten = await size('a/reconstructions.png');
    const twenty = await vaekit(folder, 'reconstruct', 'a', '--count', '20', '--out', '20.png');
    expect([twenty.code, twenty.stderr]).toEqual([0, '']);
    const { width, height } = await size('20.png');
    expect(width).toBe(ten.width);
    // Images and the space between are there twice, the margins of 24 once.
    expect(height).toBe(2 * (ten.height - 48) + 24 + 48);

    const draw = (seed: string, out: string) =>
      vaekit(folder, 'sample', 'a', '--count', '4', '--seed', seed, '--out', out);
    for (const [seed, out] of [
      ['1', 'one.png'],
      ['1', 'same.png'],
      ['2', 'two.png'],
    ] as const) {
      expect(await draw(seed, out)).toEqual({ code: 0, stdout: `Written: ${out}\n`, stderr: '' });
    }
    const [one, same, two] = await Promise.all(
      ['one.png', 'same.png', 'two.png'].map((name) => readFile(at(name))),
    );
    expect(Buffer.compare(one!, same!)).toBe(0);
    expect(Buffer.compare(one!, two!)).not.toBe(0);
  });

  test('a likelihood of levels: evaluate tells bits, sample draws from p(x | z)', async () => {
    const { model, training } = JSON.parse(await readFile(at('a', 'config.json'), 'utf8'));
    const [channels, height, width] = model.input;
    const count = 3 * channels;
    const shape = [count, height, width];
    const decoder = [
      { type: 'dense', units: count * height * width },
      { type: 'reshape', shape },
    ];
    const likelihood = { type: 'discretizedLogistic', mixtures: 1 };
    await writeFile(
      at('levels.json'),
      JSON.stringify({ model: { ...model, decoder, likelihood }, training }),
    );
    const trained = await vaekit(folder, 'train', '--config', 'levels.json', '--out', 'levels');
    expect([trained.code, trained.stderr]).toEqual([0, '']);
    const { stdout } = await vaekit(folder, 'evaluate', 'levels');
    const [, bits] = /\(nats\) {2}bitsPerDimension ([\d.]+)\n$/.exec(stdout)!;
    const json = JSON.parse((await vaekit(folder, 'evaluate', 'levels', '--json')).stdout);
    expect(bits).toBe(json.bitsPerDimension.toFixed(3));
    const nats = json.bitsPerDimension * channels * height * width * Math.LN2;
    expect(nats).toBeGreaterThan(json.reconstruction - 0.1);
    expect((await vaekit(folder, 'info', 'levels')).stdout).toMatch(
      / {2}likelihood: \{ type: 'discretizedLogistic', mixtures: 1 \},\n/,
    );
    for (const options of [
      ['--out', 'mean.png'],
      ['--draw', '--out', 'drawn.png'],
    ]) {
      const drawn = await vaekit(folder, 'sample', 'levels', '--count', '4', ...options);
      expect([drawn.code, drawn.stderr]).toEqual([0, '']);
    }
    const [mean, drawn] = await Promise.all(
      ['mean.png', 'drawn.png'].map((name) => readFile(at(name))),
    );
    expect(Buffer.compare(mean!, drawn!)).not.toBe(0);
  });

  test('without --out: files in the run folder', async () => {
    const { code } = await vaekit(folder, 'encode', 'a', '--split', 'train');
    expect(code).toBe(0);
    expect(await tree(at('a'))).toEqual(
      expect.arrayContaining(['latents.csv', 'latents.log_variance.npy', 'latents.mean.npy']),
    );
    expect((await vaekit(folder, 'sample', 'a')).stdout).toBe('Written: a/samples.png\n');
    expect((await vaekit(folder, 'reconstruct', 'a')).stdout).toBe(
      'Written: a/reconstructions.png\n',
    );
  });

  test('each command as a zip archive, beside which pictures and tables are written', async () => {
    const names = ['config.json', 'metrics.jsonl', 'timing.jsonl', 'parameters.safetensors'];
    const files = await Promise.all(
      names.map(async (name) => [name, await readFile(at('a', name))] as const),
    );
    await writeFile(at('b.zip'), await zipRun(Object.fromEntries(files)));
    expect(await vaekit(folder, 'evaluate', 'b.zip')).toEqual(
      await vaekit(folder, 'evaluate', 'a'),
    );
    const { stdout: told } = await vaekit(folder, 'info', 'a');
    // An archive is nothing to train by.
    expect(told).toContain('vaekit train --config a/config.json\n');
    expect((await vaekit(folder, 'info', 'b.zip')).stdout).toBe(
      told.replace(/The same again.*\n/, ''),
    );
    expect(await vaekit(folder, 'train', '--resume', 'b.zip')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'vaekit: b.zip is a zip archive, which is only read. Unpack it, then go on with its folder: vaekit train --resume b.\n',
    });
    const written = async (...args: string[]) => (await vaekit(folder, ...args)).stdout;
    expect(await written('sample', 'b.zip')).toBe('Written: b-samples.png\n');
    expect(await written('reconstruct', 'b.zip')).toBe('Written: b-reconstructions.png\n');
    expect(await written('encode', 'b.zip')).toBe(
      'Written: b-latents.csv, b-latents.mean.npy, b-latents.log_variance.npy (100 examples)\n',
    );
  });

  test('info: settings that a config file takes as they stand', async () => {
    const { stdout } = await vaekit(folder, 'info', 'a');
    const [settings] = /^model: \{\n[\s\S]*^\},\n(?=\n)/m.exec(stdout)!;
    expect(settings).not.toMatch(/\[object/);
    await writeFile(at('pasted.config.mjs'), `export default { preset: 'dense', ${settings} };`);
    const given = ['--config', 'pasted.config.mjs', '--out', 'pasted'];
    expect((await vaekit(folder, 'train', ...given)).code).toBe(0);
    const bytes = (run: string) => readFile(at(run, 'parameters.safetensors'));
    expect(Buffer.compare(await bytes('pasted'), await bytes('a'))).toBe(0);
  });

  test('a finished run that is resumed says that it is, and how to train on', async () => {
    const before = await readFile(at('a', 'parameters.safetensors'));
    const { code, stdout, stderr } = await vaekit(folder, 'train', '--resume', 'a');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(
      'a has been trained for all of its 3 epochs: its model and pictures are written again. To train on: vaekit train --resume a --epochs 13\n',
    );
    expect(Buffer.compare(before, await readFile(at('a', 'parameters.safetensors')))).toBe(0);
  });

  test('info: how it was built and how it went', async () => {
    const { code, stdout, stderr } = await vaekit(folder, 'info', 'a');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('encoder.0');
    expect(stdout).toMatch(/\n {2}input: \[ 1, 8, 8 \],\n/);
    expect(stdout).toMatch(/\n {2}seed: 42,\n/);
    expect(stdout).toMatch(/\n {2}optimizer: \{ type: 'adam', learningRate: 0\.001, /);
    expect(stdout).toMatch(/\nAfter epoch 3 \(13 steps, .+val_loss [\d.]+/);
  });
});

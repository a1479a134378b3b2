import { execFile } from 'node:child_process';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { report, VAE } from '../../src/index.js';
import { emptyFolder, vaekit } from './process.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

/** Sixteen pictures of two classes and of two sizes, one of them broken. */
beforeAll(async () => {
  folder = await emptyFolder();
  for (const [label, level] of [
    ['dark', 40],
    ['light', 200],
  ] as const) {
    await mkdir(at('photos', label), { recursive: true });
    for (let i = 0; i < 8; i++) {
      const size = { height: 20 + (i % 2), width: 24, channels: 3 as const };
      const background = { r: level, g: level + i, b: 10 * i };
      await sharp({ create: { ...size, background } })
        .png()
        .toFile(at('photos', label, `${i}.png`));
    }
  }
  await writeFile(at('photos', 'dark', '3.png'), 'broken');
  await writeFile(at('table.csv'), `a,b,kind\n${'0,1,x\n1,0,y\n'.repeat(8)}`);
});

const trainOptions = ['--epochs', '1', '--batch-size', '4', '--seed', '1'];

describe('train on pictures', () => {
  test('keeps how they were read, so that other commands read them alike', async () => {
    const { code, stderr } = await vaekit(
      folder,
      ...['train', '--data', 'photos', '--resize', '8x6', '--crop', 'center', '--out', 'run'],
      ...trainOptions,
    );
    expect(stderr).toMatch(/1 broken picture skipped: .*dark\/3\.png/);
    expect(code).toBe(0);
    const { model, training } = JSON.parse(await readFile(at('run', 'config.json'), 'utf8'));
    expect(model.input).toEqual([3, 8, 6]);
    expect(training).toMatchObject({ data: 'photos', read: { resize: [8, 6], crop: 'center' } });
    const encoded = await vaekit(folder, 'encode', 'run', '--out', 'latents');
    expect(encoded.code).toBe(0);
    const [header, ...rows] = (await readFile(at('latents.csv'), 'utf8')).trimEnd().split('\n');
    expect(header).toMatch(/^index,origin,label,/);
    expect(rows.map((row) => Number(row.split(',')[2]))).toEqual([
      ...Array(7).fill(0),
      ...Array(8).fill(1),
    ]);
    const again = await vaekit(
      folder,
      ...['train', '--config', 'run/config.json', '--channels', '1', '--out', 'gray'],
    );
    // The network of the run takes three channels.
    expect(again.code).not.toBe(0);
    expect(again.stderr.trim().split('\n').at(-1)).toMatch(/\[1, 8, 6\]/);
  });

  test('by their classes: a sheet of samples has a row for each, with its name', async () => {
    const data = ['--data', 'photos', '--resize', '8', '--objective', 'conditional'];
    const trained = await vaekit(folder, 'train', ...data, '--out', 'kinds', ...trainOptions);
    expect(trained.code).toBe(0);
    const { model } = JSON.parse(await readFile(at('kinds', 'config.json'), 'utf8'));
    expect(model.objective).toMatchObject({ classes: 2, classNames: ['dark', 'light'] });
    expect((await vaekit(folder, 'sample', 'kinds', '--out', 'kinds.png')).code).toBe(0);
    const named = await readFile(at('kinds.png'));
    expect(named.equals(await readFile(at('kinds', 'samples.png')))).toBe(true);
    const vae = await VAE.load(at('kinds'));
    const labels = Array.from({ length: 16 }, (_, i) => i % 2);
    const images = await vae.sample(16, { labels });
    expect(vae.classNames).toEqual(['dark', 'light']);
    const drawn = await report.samplesPicture(images, { labels, classNames: vae.classNames });
    expect(named.equals(drawn)).toBe(true);
  });

  test('by a likelihood of several numbers a value, with options, from a preset', async () => {
    const data = ['--data', 'photos', '--resize', '8', '--preset', 'conv'];
    const given = ['--likelihood', 'discretizedLogistic:mixtures=2', '--out', 'levels'];
    const trained = await vaekit(folder, 'train', ...data, ...given, ...trainOptions);
    expect(trained.code).toBe(0);
    const { model, training } = JSON.parse(await readFile(at('levels', 'config.json'), 'utf8'));
    expect(model.likelihood).toEqual({ type: 'discretizedLogistic', mixtures: 2 });
    expect(training.read).toEqual({ resize: 8 });
    const { code, stdout } = await vaekit(folder, 'evaluate', 'levels');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/bitsPerDimension \d+\.\d{3}\n$/)]);
    const other = ['--likelihood', 'gaussain:variance=pixel'];
    const wrong = await vaekit(folder, 'train', ...data, ...other);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/unknown likelihood 'gaussain'\. Did you mean 'gaussian'\?\n$/);
  });

  test('of unequal sizes asks for --resize, and --strict stops at the broken one', async () => {
    const unequal = await vaekit(folder, 'train', '--data', 'photos', ...trainOptions);
    expect(unequal.code).toBe(2);
    expect(unequal.stderr).toMatch(
      /photos: pictures differ in size: photos\/dark\/0\.png is 20 high and 24 wide, photos\/dark\/1\.png is 21 high and 24 wide\. Give resize \(--resize\)/,
    );
    const strict = await vaekit(
      folder,
      ...['train', '--data', 'photos', '--resize', '8', '--strict', ...trainOptions],
    );
    expect(strict.code).toBe(2);
    expect(strict.stderr).toMatch(/photos\/dark\/3\.png: not a picture that can be read/);
  });

  test.each([
    [['--resize', '0'], /--resize/],
    [['--resize', '8x'], /height x width/],
    [['--channels', '2'], /It must be 1 or 3/],
    [['--crop', 'left'], /Allowed choices are center/],
  ])('refuses %j', async (options, expected) => {
    const { code, stderr } = await vaekit(folder, 'train', '--data', 'photos', ...options);
    expect(code).toBe(2);
    expect(stderr).toMatch(expected);
  });
});

test('train on a table takes the columns and the label that are named', async () => {
  const { code, stderr } = await vaekit(
    folder,
    ...['train', '--data', 'table.csv', '--columns', 'b', '--label', 'kind', '--out', 'table'],
    ...['--rows', 'vectors'],
    ...trainOptions,
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const { model, training } = JSON.parse(await readFile(at('table', 'config.json'), 'utf8'));
  expect(model.input).toEqual([1]);
  expect(training.read).toEqual({ rows: 'vectors', columns: ['b'], label: 'kind' });
  const missing = await vaekit(folder, 'train', '--data', 'table.csv', '--columns', 'c');
  expect(missing.code).toBe(2);
  expect(missing.stderr).toMatch(/table\.csv: there is no column "c"/);
});

/** Trains ten steps on a folder of shards and prints the peak memory in KB. */
const trainer = `
  const { datasets, dense, reshape, VAE } = await import(process.argv[1] + '/dist/index.js');
  const { train } = await datasets.openDataset(process.argv[2]);
  const vae = new VAE({ input: [3, 64, 64], latent: 4, seed: 1,
    encoder: [dense(16, { activation: 'relu' })],
    decoder: [dense(12288), reshape([3, 64, 64])] });
  const stop = new AbortController();
  let steps = 0;
  await vae.fit(train, { epochs: 1, batchSize: 64, signal: stop.signal, callbacks: [{
    onProgress({ step }) { steps = step; if (step >= 10) stop.abort(); } }] });
  const peak = process.resourceUsage().maxRSS;
  await vae.release();
  console.log(JSON.stringify({ size: train.size, steps, peak }));
`;

test('20 GB of shards train in less than 600 MB', async () => {
  const shards = [];
  await mkdir(at('huge'));
  for (let i = 0; i < 4; i++) {
    const file = `${i}.u8`;
    await writeFile(at('huge', file), '');
    await truncate(at('huge', file), 420_000 * 12_288);
    shards.push({ file, count: 420_000 });
  }
  const header = {
    format: 'vaekit-shards',
    version: 1,
    shape: [3, 64, 64],
    dtype: 'uint8',
    shards,
  };
  await writeFile(at('huge', 'shards.json'), JSON.stringify(header));
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    trainer,
    process.cwd(),
    at('huge'),
  ]);
  const { size, steps, peak } = JSON.parse(stdout);
  expect(size).toBe(1_680_000);
  expect(steps).toBeGreaterThanOrEqual(10);
  expect(peak).toBeLessThan(600_000);
});

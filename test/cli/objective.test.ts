import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { objectiveNames, VAE } from '../../src/index.js';
import { hasInk, readPng } from '../report/png.js';
import { emptyFolder, tree, vaekit, writeQuarters } from './process.js';

let folder: string;
const data = ['--data', 'quarters', '--epochs', '2'];
const modelOf = async (run: string) =>
  JSON.parse(await readFile(join(folder, run, 'config.json'), 'utf8')).model;

beforeAll(async () => {
  folder = await emptyFolder();
  await writeQuarters(folder);
});

describe('train --objective', () => {
  test('--beta is the β of a β-VAE, or of the objective named', async () => {
    const a = await vaekit(folder, 'train', ...data, '--beta', '3', '--out', 'beta');
    expect([a.code, a.stderr]).toEqual([0, '']);
    expect(await modelOf('beta')).toMatchObject({ objective: { type: 'betaVae', beta: 3 } });
    const given = ['--objective', 'betaTcVae', '--beta', '2', '--out', 'tc'];
    const b = await vaekit(folder, 'train', ...data, ...given);
    expect([b.code, b.stderr]).toEqual([0, '']);
    expect(await modelOf('tc')).toMatchObject({ objective: { type: 'betaTcVae', beta: 2 } });
    expect(b.stdout).toMatch(/information [\d.-]+ {2}correlation/);
    const again = ['--config', 'beta/config.json', '--beta', '5', '--out', 'again'];
    expect((await vaekit(folder, 'train', ...again)).code).toBe(0);
    expect(await modelOf('again')).toMatchObject({ objective: { type: 'betaVae', beta: 5 } });
  });

  test('conditional: the data says how many classes; images to order', async () => {
    const run = ['--objective', 'conditional', '--out', 'classes'];
    const { code, stderr } = await vaekit(folder, 'train', ...data, ...run);
    expect([code, stderr]).toEqual([0, '']);
    expect(await modelOf('classes')).toMatchObject({
      objective: { type: 'conditional', classes: 4, objective: { type: 'vae' } },
    });
    const files = await tree(join(folder, 'classes'));
    expect(files).toContain('samples.png');
    expect(files).not.toContain('manifold.png');
    const sheet = await vaekit(folder, 'sample', 'classes', '--out', 'sheet.png');
    expect([sheet.code, sheet.stderr]).toEqual([0, '']);
    const own = await readFile(join(folder, 'classes', 'samples.png'));
    expect(own.equals(await readFile(join(folder, 'sheet.png')))).toBe(true);
    // A row for each of four classes, with eight images each and a name before them.
    const { width, height, pixel } = readPng(own);
    const side = 9 * 8;
    expect(height).toBe(24 + 4 * side + 3 * 6 + 24);
    const left = width - 24 - (8 * (side + 6) - 6);
    const vae = await VAE.load(join(folder, 'classes'));
    const labels = Array.from({ length: 32 }, (_, i) => i % 4);
    const images = (await vae.sample(32, { labels })).data as Float32Array;
    for (const [i, label] of labels.entries()) {
      const [x, y] = [left + Math.floor(i / 4) * (side + 6), 24 + label * (side + 6)];
      if (i < 4) expect(hasInk(own, 24, y, left - 8, y + side)).toBe(true);
      for (const place of [0, 7, 27, 63]) {
        const [dx, dy] = [9 * (place % 8) + 4, 9 * (place >> 3) + 4];
        expect(pixel(x + dx, y + dy)[0]).toBe(Math.round(255 * images[i * 64 + place]!));
      }
    }
    const drawn = await vaekit(folder, 'sample', 'classes', '--label', '2', '--out', 'two.png');
    expect([drawn.code, drawn.stderr]).toEqual([0, '']);
    const wrong = await vaekit(folder, 'sample', 'classes', '--label', '4');
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toMatch(
      /^.*label 4 of example 0 is not one of the model's 4 classes.*\n$/,
    );
    for (const command of ['encode', 'evaluate', 'reconstruct']) {
      const shown = await vaekit(folder, command, 'classes');
      expect([shown.code, shown.stderr]).toEqual([0, '']);
    }
  });

  test('vqVae and autoencoder: encode writes the latents that they have', async () => {
    const vq = ['--objective', 'vqVae', '--out', 'vq'];
    expect((await vaekit(folder, 'train', ...data, ...vq)).code).toBe(0);
    expect((await vaekit(folder, 'encode', 'vq')).code).toBe(0);
    const files = await tree(join(folder, 'vq'));
    expect(files).toContain('latents.codes.npy');
    expect(files).not.toContain('latents.mean.npy');
    const header = (await readFile(join(folder, 'vq', 'latents.csv'), 'utf8')).split('\n')[0];
    expect(header).toBe('index,label,codes_0,codes_1,codes_2,codes_3');
    const ae = ['--objective', 'autoencoder', '--out', 'ae'];
    expect((await vaekit(folder, 'train', ...data, ...ae)).code).toBe(0);
    const made = await tree(join(folder, 'ae'));
    expect(made).toContain('reconstructions.png');
    expect(made).not.toContain('samples.png');
    const { code, stderr } = await vaekit(folder, 'sample', 'ae');
    expect(code).not.toBe(0);
    expect(stderr).toContain('The objective autoencoder has no prior to draw from.');
  });

  test.each([
    [['--objective', 'betaVea'], "unknown objective 'betaVea'. Did you mean 'betaVae'?"],
    [['--objective', 'iwae', '--beta', '3'], "unknown key 'beta'."],
    [['--objective', 'iwae', '--kl-weight', '3'], 'are for the objective vae, not iwae.'],
    [['--preset', 'dense', '--objective', 'vqVae', '--latent', '3'], 'as many channels as latents'],
  ])('%j is refused in one line', async (options, message) => {
    const { code, stderr } = await vaekit(folder, 'train', ...data, ...options, '--out', 'never');
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(await tree(folder)).not.toContain('never');
  });
});

test('train --help names every objective', async () => {
  const { stdout } = await vaekit(folder, 'train', '--help');
  for (const name of objectiveNames) expect(stdout).toMatch(new RegExp(`\\b${name}\\b`));
});

test('evaluate --iwae prints an estimate of log p(x), at least the ELBO', async () => {
  expect(
    (await vaekit(folder, 'train', ...data, '--kl-reduction', 'sum', '--out', 'sum')).code,
  ).toBe(0);
  const { stdout } = await vaekit(folder, 'evaluate', 'sum', '--iwae', '64', '--json');
  const { loss, log_likelihood } = JSON.parse(stdout);
  expect(log_likelihood).toBeGreaterThan(-loss - 0.2);
  expect(log_likelihood).toBeLessThan(0);
});

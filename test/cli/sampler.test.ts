import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { vaekit } from './process.js';

const folder = await mkdtemp(join(tmpdir(), 'vaekit-sampler-'));
afterAll(() => rm(folder, { recursive: true }));

test('sample fits a sampler to a run that has no prior, and keeps it there', async () => {
  const run = join(folder, 'run');
  const images = new Uint8Array(64 * 16).map((_, i) => (i * 37) % 251);
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (64, 4, 4), }`.padEnd(117);
  const npy = Buffer.concat([
    Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0]),
    Buffer.from(`${header}\n`),
    images,
  ]);
  const data = join(folder, 'data.npy');
  await writeFile(data, npy);
  const train = ['train', '--data', data, '--preset', 'mlp', '--objective', 'autoencoder'];
  const trained = await vaekit(
    folder,
    ...[...train, '--batch-size', '32', '--epochs', '1', '--out', run],
  );
  expect(trained.stderr).toBe('');
  const refused = await vaekit(folder, ...['sample', run]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('no prior to draw from');
  const fitted = await vaekit(folder, ...['sample', run, '--sampler', 'gaussian', '--count', '4']);
  expect(fitted.stderr).toBe('gaussian is fitted to the latents of 64 examples of data\n');
  expect(await readdir(run)).toContain('sampler.safetensors');
  expect(JSON.parse(await readFile(join(run, 'config.json'), 'utf8')).sampler).toEqual({
    type: 'gaussian',
    jitter: 1e-6,
  });
  expect((await vaekit(folder, ...['sample', run, '--count', '4'])).code).toBe(0);
  const wrong = await vaekit(folder, ...['sample', run, '--sampler', 'gausian']);
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    "vaekit: --sampler.type: unknown sampler 'gausian'. Did you mean 'gaussian'?\n",
  ]);
  const mixture = ['--sampler', 'gaussianMixture:components=3,covariance=diagonal'];
  const other = await vaekit(folder, ...['sample', run, ...mixture, '--count', '4']);
  expect(other.stderr).toContain('of 64 examples of data: 3 components\n');
  expect(JSON.parse(await readFile(join(run, 'config.json'), 'utf8')).sampler).toMatchObject({
    type: 'gaussianMixture',
    components: 3,
    covariance: 'diagonal',
  });
  // A training from the run's config begins anew, without it.
  const again = join(folder, 'again');
  const config = ['--config', join(run, 'config.json'), '--epochs', '0', '--out', again];
  expect((await vaekit(folder, ...['train', ...config])).code).toBe(0);
  expect(await readdir(again)).not.toContain('sampler.safetensors');
}, 120_000);

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { autoencoder } from '../../src/index.js';
import { smallVAE } from '../vae/small.js';
import { emptyFolder, vaekit } from './process.js';

test('a run is exported once, into a folder of its own', async () => {
  const folder = await emptyFolder();
  await smallVAE().save(join(folder, 'run'));
  const { code, stdout } = await vaekit(folder, 'export', 'run', '--to', 'torch');
  expect([code, stdout.split('\n')]).toEqual([
    0,
    [
      'run/torch: model.py, model.safetensors, check.safetensors',
      'Check it there: python model.py --check',
      '',
    ],
  ]);
  expect((await readdir(join(folder, 'run/torch'))).sort()).toEqual([
    'check.safetensors',
    'model.py',
    'model.safetensors',
  ]);
  const again = await vaekit(folder, 'export', 'run', '--to', 'torch');
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('run/torch is there already. Remove it, or choose another folder');
});

test('the command says why a program draws nothing', async () => {
  const folder = await emptyFolder();
  await smallVAE({ objective: autoencoder() }).save(join(folder, 'run'));
  const args = ['export', 'run', '--to', 'transformers.js', '--out', 'page'];
  const { stdout } = await vaekit(folder, ...args);
  expect(stdout).toContain('Check it there: npm install && node check.js');
  expect(stdout).toContain('The program draws no examples: the model has no prior.');
  expect(await readFile(join(folder, 'page/config.json'), 'utf8')).toContain('"custom"');
});

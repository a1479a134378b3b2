import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventOf, recordsOf } from '../tracking/event-file.js';
import { emptyFolder, vaekit, writeQuarters } from './process.js';

test('--track tensorboard writes the numbers of metrics.jsonl into files of the run', async () => {
  const folder = await emptyFolder();
  await writeQuarters(folder);
  const train = ['train', '--data', 'quarters', '--preset', 'dense', '--epochs', '2'];
  const { code, stdout } = await vaekit(folder, ...train, '--out', 'run', '--track', 'tensorboard');
  expect(code).toBe(0);
  expect(stdout).toContain('TensorBoard shows the run: tensorboard --logdir run');
  const [name] = await readdir(join(folder, 'run', 'tensorboard'));
  const events = recordsOf(await readFile(join(folder, 'run', 'tensorboard', name!))).map(eventOf);
  const lines = (await readFile(join(folder, 'run', 'metrics.jsonl'), 'utf8')).trim().split('\n');
  expect(events.flatMap(({ tag, scalar }) => (tag === 'epoch/loss' ? [scalar] : []))).toEqual(
    lines.map((line) => Math.fround(JSON.parse(line).loss)),
  );
  const pictures = new Set(events.flatMap(({ tag, png }) => (png ? [tag] : [])));
  expect(pictures).toEqual(new Set(['reconstructions', 'samples', 'latents']));
}, 30_000);

test('track sync says that nothing is kept for a server', async () => {
  const folder = await emptyFolder();
  const { code, stdout } = await vaekit(folder, 'track', 'sync', 'run');
  expect([code, stdout]).toEqual([0, 'run was followed by no server.\n']);
});

test('--track refuses a name that is no tracker, before anything is read', async () => {
  const { code, stderr } = await vaekit(await emptyFolder(), 'train', '--track', 'tensorbord');
  expect([code, stderr]).toEqual([
    2,
    "vaekit: --track: there is no tracker 'tensorbord'. Did you mean 'tensorboard'?\n",
  ]);
});

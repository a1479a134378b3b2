import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { hubServer } from '../sharing/hub-server.js';
import { emptyFolder, ended, start, vaekit, writeQuarters } from './process.js';

let hub: Awaited<ReturnType<typeof hubServer>>;
let folder: string;

beforeAll(async () => {
  hub = await hubServer();
  folder = await emptyFolder();
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  vi.stubEnv('HF_TOKEN', 'hf_owner');
  vi.stubEnv('HF_HOME', join(folder, 'home'));
  vi.stubEnv('HF_HUB_CACHE', '');
  vi.stubEnv('HF_HUB_OFFLINE', '');
  await writeQuarters(folder);
  const train = ['train', '--data', 'quarters', '--preset', 'dense', '--epochs', '2'];
  const { code, stderr } = await vaekit(folder, ...train, '--out', 'run');
  expect([code, stderr]).toEqual([0, expect.any(String)]);
}, 600_000);

afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.close();
});

test('push shares a run, with pictures and a card, and says how to use it', async () => {
  const dry = await vaekit(folder, 'push', 'run', 'ann/quarters', '--dry-run');
  expect(dry.stdout).toContain('library_name: vaekit');
  expect(hub.heard).toEqual([]);
  const pushed = await vaekit(folder, 'push', 'run', 'ann/quarters', '--private', '--checkpoints');
  expect([pushed.code, pushed.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^Sent \d+ files: http:\S+\/ann\/quarters at commit [0-9a-f]{7}\.\nThe card names no licence: name one by --license mit\.\nUse it: vaekit info hf:\/\/ann\/quarters\n$/,
    ),
  ]);
  const { isPrivate, branches, commits } = hub.repositories.get('ann/quarters')!;
  expect(isPrivate).toBe(true);
  const files = [...commits.get(branches.get('main')!)!.keys()];
  expect(files).toEqual(expect.arrayContaining(['README.md', 'loss.png', 'reconstructions.png']));
  expect(files).not.toContain('lock.json');
});

test('commands take a run where it lies, and write beside them', async () => {
  const reconstructed = await vaekit(
    folder,
    ...['reconstruct', 'hf://ann/quarters', '--data', 'quarters', '--out', 'far.npy'],
  );
  expect([reconstructed.code, reconstructed.stderr]).toEqual([
    0,
    expect.stringContaining('ann/quarters: parameters.safetensors, '),
  ]);
  await vaekit(folder, 'reconstruct', 'run', '--out', 'near.npy');
  expect(await readFile(join(folder, 'far.npy'))).toEqual(await readFile(join(folder, 'near.npy')));
  const { code } = await vaekit(folder, 'sample', 'hf://ann/quarters', '--count', '4');
  expect([code, existsSync(join(folder, 'quarters-samples.png'))]).toEqual([0, true]);
});

test('training goes on from checkpoints that were shared, and begins anew by settings that were', async () => {
  const refused = await vaekit(folder, 'train', '--resume', 'hf://ann/quarters', '--epochs', '3');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(
    /vaekit: hf:\/\/ann\/quarters: it was trained on "quarters", which is no part of the run\. Say by --data where it is\.\n$/,
  );
  const given = ['--data', 'quarters', '--epochs', '3'];
  const { code, stdout } = await vaekit(folder, 'train', '--resume', 'hf://ann/quarters', ...given);
  expect([code, stdout]).toEqual([
    0,
    expect.stringContaining('hf://ann/quarters goes on in runs/quarters.\n'),
  ]);
  const there = await readFile(join(folder, 'run', 'metrics.jsonl'), 'utf8');
  const here = await readFile(join(folder, 'runs', 'quarters', 'metrics.jsonl'), 'utf8');
  expect(here.startsWith(there)).toBe(true);
  expect(here.trim().split('\n').length).toBe(3);
});

test('a download that is stopped leaves nothing half-written', async () => {
  vi.stubEnv('HF_HUB_CACHE', join(folder, 'stopped'));
  let isAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  hub.settings.fate = ({ path }) => {
    if (!path.startsWith('store/get')) return 'served';
    isAsked();
    return 'silent';
  };
  const child = start(folder, ['info', 'hf://ann/quarters']);
  const end = ended(child);
  await asked;
  child.kill('SIGINT');
  expect((await end).code).toBe(130);
  const names = await readdir(join(folder, 'stopped', 'models--ann--quarters', 'blobs'));
  expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/)]);
});

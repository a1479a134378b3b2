import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { type EpochMetrics, tracking } from '../../src/index.js';
import { sendRest } from '../../src/tracking/remote/remote.js';
import { wandbSender } from '../../src/tracking/remote/wandb.js';
import { followed } from './training.js';
import { wandbServer } from './wandb-server.js';

const folder = await mkdtemp(join(tmpdir(), 'vaekit-wandb-'));
const server = await wandbServer();
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
afterEach(() => {
  server.runs.clear();
  server.decide(() => 'served');
});

const project = (name: string) => ({
  ...{ baseUrl: `${server.baseUrl}/`, apiKey: 'key', project: 'tests' },
  ...{ run: name, files: join(folder, name) },
});

/** Trains two epochs that the server follows, and gives it a file of the run. */
async function follow(name: string, more: Partial<tracking.WandbOptions> = {}) {
  const run = join(folder, name);
  const onTrouble = () => undefined;
  const place = { folder: join(run, 'tracking'), onTrouble };
  const tracker = tracking.wandb({ ...project(name), ...place, ...more });
  return followed(tracker, run);
}

/** Compares the server's only run with the training. */
function expectAll(name: string, lines: readonly EpochMetrics[]) {
  expect(server.runs.size).toBe(1);
  const [run] = [...server.runs.values()];
  expect(run).toMatchObject({ displayName: name, project: 'tests', entity: 'somebody' });
  expect(run!.exitcode).toBe(0);
  expect(run!.config).toMatchObject({
    model: { value: { latent: 2 } },
    training: { value: { epochs: 2 } },
  });
  const of = (wanted: string) =>
    run!.history.flatMap((row) => (wanted in row ? [[row.step, row[wanted]]] : []));
  expect(of('epoch/loss')).toEqual(lines.map(({ loss }, i) => [5 * (i + 1), loss]));
  expect(of('step/kl').map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(run!.history.map(({ _step }) => _step)).toEqual(run!.history.map((_, i) => i));
  expect(run!.summary).toMatchObject({ step: 10, epoch: 2, 'epoch/loss': lines[1]!.loss });
  const pictures = run!.history.flatMap(({ samples }) => (samples ? [samples] : []));
  expect(pictures).toEqual([
    expect.objectContaining({ _type: 'image-file', format: 'png', width: expect.any(Number) }),
  ]);
  const [{ path, size }] = pictures as [{ path: string; size: number }];
  expect(run!.files.get(path)!.length).toBe(size);
  expect(run!.files.size).toBe(4);
  expect(run!.files.get('notes.json')!.toString()).toBe('{}');
  expect(new Set(run!.uploaded)).toEqual(
    new Set([...run!.files.keys()].filter((file) => file !== 'notes.json')),
  );
}

const rest = (name: string) => sendRest(wandbSender(project(name)), join(folder, name, 'tracking'));

test('a project has the settings, numbers, pictures and files of a run', async () => {
  const onTrouble = vi.fn();
  const lines = await follow('whole', { onTrouble });
  expectAll('whole', lines);
  expect(onTrouble).not.toHaveBeenCalled();
  expect(await rest('whole')).toBe(0);
  expect(server.keys).toEqual(new Set([`Basic ${btoa('api:key')}`]));
});

test('a service that is down is told of once, does not stop a training, and has all later', async () => {
  server.decide(() => 'failed');
  const onTrouble = vi.fn();
  const lines = await follow('down', { onTrouble });
  expect(onTrouble.mock.calls.map(([line]) => line)).toEqual([
    expect.stringMatching(
      /^wandb cannot be told: http:\/\/127.0.0.1:\d+ does not answer\. Training goes on, and what is not sent is kept in .*tracking\.$/,
    ),
    expect.stringMatching(/^\d+ entries are not sent to wandb yet\.$/),
  ]);
  await expect(rest('down')).rejects.toThrow('does not answer');
  server.decide(() => 'served');
  const kept = (await readFile(join(folder, 'down/tracking/journal.jsonl'), 'utf8')).split('\n');
  expect(await rest('down')).toBe(kept.length - 1);
  expectAll('down', lines);
});

test.each(['UpsertBucket', 'file_stream', 'CreateRunFiles', '/storage/'])(
  'a service whose answer to %s is lost has nothing twice',
  async (lost) => {
    let isLost = false;
    server.decide((request) => {
      if (isLost || !request.includes(lost)) return 'served';
      isLost = true;
      return 'lost';
    });
    const name = lost.replaceAll('/', '-');
    const lines = await follow(name);
    await rest(name);
    expect(isLost).toBe(true);
    expectAll(name, lines);
  },
);

test('offline nothing is sent, and all of it later', async () => {
  server.decide(() => {
    throw new Error('nothing should be asked');
  });
  const onTrouble = vi.fn();
  const lines = await follow('offline', { isOffline: true, apiKey: '', onTrouble });
  expect(onTrouble).not.toHaveBeenCalled();
  server.decide(() => 'served');
  expect(await rest('offline')).toBeGreaterThan(10);
  expectAll('offline', lines);
});

test('a service that refuses is told with its reason', async () => {
  server.decide(() => 'refused');
  const onTrouble = vi.fn();
  await follow('refused', { onTrouble });
  expect(onTrouble.mock.calls[0]![0]).toMatch(
    /^wandb cannot be told: http:\S+ refuses \(403\): permission denied\. Training goes on/,
  );
});

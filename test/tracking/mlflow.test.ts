import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { type EpochMetrics, tracking } from '../../src/index.js';
import { mlflowSender } from '../../src/tracking/remote/mlflow.js';
import { sendRest } from '../../src/tracking/remote/remote.js';
import { mlflowServer } from './mlflow-server.js';
import { followed } from './training.js';

const folder = await mkdtemp(join(tmpdir(), 'vaekit-mlflow-'));
const server = await mlflowServer();
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
afterEach(() => {
  server.runs.clear();
  server.artifacts.clear();
  server.decide(() => 'served');
});

/** Trains two epochs that the server follows, and gives it a file of the run. */
async function follow(name: string, onTrouble: (line: string) => void = () => undefined) {
  const run = join(folder, name);
  const tracker = tracking.mlflow({
    uri: `${server.uri}/`,
    run: name,
    files: run,
    folder: join(run, 'tracking'),
    onTrouble,
  });
  return followed(tracker, run);
}

/** Compares the server's only run with the training. */
function expectAll(name: string, lines: readonly EpochMetrics[]) {
  expect(server.runs.size).toBe(1);
  const [run] = [...server.runs.values()];
  expect([run!.name, run!.status]).toEqual([name, 'FINISHED']);
  expect(run!.params.get('model.latent')).toBe('2');
  expect(run!.params.get('model.encoder.0.type')).toBe('dense');
  expect(run!.params.get('training.epochs')).toBe('2');
  const of = (wanted: string) =>
    run!.metrics.filter(({ key }) => key === wanted).map(({ step, value }) => [step, value]);
  expect(of('epoch/loss')).toEqual(lines.map(({ loss }, i) => [5 * (i + 1), loss]));
  expect(of('step/kl').map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const names = [...server.artifacts.keys()].map((path) =>
    path.replace(/^1\/run\d+\/artifacts\//, ''),
  );
  expect(names.sort()).toEqual([
    'notes.json',
    ...['latents', 'reconstructions', 'samples'].map(
      (picture) => `pictures/${picture}/step-00000010.png`,
    ),
  ]);
}

const rest = (name: string, timeout?: number) =>
  sendRest(
    mlflowSender({ uri: server.uri, run: name, files: join(folder, name) }, timeout),
    join(folder, name, 'tracking'),
  );

test('a server has the settings, numbers, pictures and files of a run', async () => {
  const trouble = vi.fn();
  const lines = await follow('whole', trouble);
  expectAll('whole', lines);
  expect(trouble).not.toHaveBeenCalled();
  expect(await rest('whole')).toBe(0);
});

describe('a server that is down', () => {
  test('is told of once, does not stop a training, and has all later', async () => {
    server.decide(() => 'failed');
    const trouble = vi.fn();
    const lines = await follow('down', trouble);
    expect(trouble.mock.calls.map(([line]) => line)).toEqual([
      expect.stringMatching(
        /^mlflow cannot be told: http:\/\/127.0.0.1:\d+ does not answer\. Training goes on, and what is not sent is kept in .*tracking\.$/,
      ),
      expect.stringMatching(/^\d+ entries are not sent to mlflow yet\.$/),
    ]);
    expect(server.runs.size).toBe(0);
    await expect(rest('down')).rejects.toThrow('does not answer');
    server.decide(() => 'served');
    const kept = (await readFile(join(folder, 'down/tracking/journal.jsonl'), 'utf8')).split('\n');
    expect(await rest('down')).toBe(kept.length - 1);
    expectAll('down', lines);
  });

  test('and is slow when it comes back has all if it is given the time', async () => {
    server.decide(() => 'failed');
    const lines = await follow('slow');
    server.decide(() => 'late');
    await expect(rest('slow', 50)).rejects.toThrow('does not answer');
    await rest('slow');
    expectAll('slow', lines);
  });

  test.each(['runs/create', 'runs/log-batch', 'mlflow-artifacts'])(
    'and whose answer to %s is lost gets nothing twice',
    async (lost) => {
      let isLost = false;
      server.decide((path) => {
        if (isLost || !path.includes(lost)) return 'served';
        isLost = true;
        return 'lost';
      });
      const name = lost.replace('/', '-');
      const lines = await follow(name);
      await rest(name);
      expect(isLost).toBe(true);
      const [run] = [...server.runs.values()];
      // The server keeps one of two equal numbers.
      const seen = new Set<string>();
      const isNew = (metric: object) => seen.size !== seen.add(JSON.stringify(metric)).size;
      run!.metrics.splice(0, run!.metrics.length, ...run!.metrics.filter(isNew));
      expectAll(name, lines);
    },
  );

  test('and a process that was killed as it wrote keep the whole entries', async () => {
    server.decide(() => 'failed');
    const lines = await follow('killed');
    await appendFile(join(folder, 'killed/tracking/journal.jsonl'), '{"entry":{"step":11,"ti');
    server.decide(() => 'served');
    await rest('killed');
    expectAll('killed', lines);
    expect((await readdir(join(folder, 'killed/tracking'))).includes('sent.json')).toBe(true);
  });
});

test('a training without a step leaves nothing to send', async () => {
  const trouble = vi.fn();
  const place = join(folder, 'none');
  const tracker = tracking.mlflow({ uri: server.uri, folder: place, onTrouble: trouble });
  await tracker.keep!(['notes.json']);
  expect([server.runs.size, trouble.mock.calls]).toEqual([0, []]);
});

test('a server that refuses is told with its reason', async () => {
  server.decide(() => 'refused');
  const trouble = vi.fn();
  await follow('refused', trouble);
  expect(trouble.mock.calls[0]![0]).toMatch(
    /^mlflow cannot be told: http:\S+ refuses \(403\): Permission "x" is needed\. Training goes on/,
  );
});

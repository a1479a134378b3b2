import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fillUniform, randomStream } from '../../src/base/random.js';
import { emptyFolder, ended, main, start, vaekit } from './process.js';

const standIn = fileURLToPath(new URL('stand-in.mjs', import.meta.url));

/** Launches a stand-in for training, of so many milliseconds an epoch. */
const quickly = (milliseconds: number) => [
  '--launcher',
  `'${process.execPath}' '${standIn}' ${milliseconds}`,
];

const shared = {
  preset: 'mlp',
  training: {
    data: 'rows.csv',
    read: { rows: 'vectors' },
    epochs: 9,
    batchSize: 16,
    validationSplit: 0.2,
    checkpoint: { epochs: 1 },
  },
};
const rate = { type: 'logUniform', from: 1e-4, to: 1e-1 };

/** A folder with a table of 60 rows, and a sweep of it. */
async function folderWith(sweep: object): Promise<string> {
  const folder = await emptyFolder();
  const values = new Float32Array(60 * 4);
  fillUniform(randomStream(1, 'rows'), values);
  const rows = Array.from({ length: 60 }, (_, i) => values.slice(4 * i, 4 * i + 4).join());
  await writeFile(join(folder, 'rows.csv'), `a,b,c,d\n${rows.join('\n')}\n`);
  await writeFile(join(folder, 'sweep.json'), JSON.stringify({ config: shared, ...sweep }));
  return folder;
}

const read = (folder: string, file: string) => readFile(join(folder, 'runs/sweep', file), 'utf8');

const halving = {
  method: { type: 'halving', runs: 12, seed: 4, factor: 3 },
  settings: { 'training.optimizer.learningRate': rate, 'model.latent': [1, 2, 3] },
};

test.skipIf(process.platform === 'win32')(
  'a sweep of 12 runs that is killed twice ends with the table of one that is not',
  async () => {
    const [whole, broken] = [await folderWith(halving), await folderWith(halving)];
    const args = ['sweep', 'sweep.json', '--jobs', '2', ...quickly(40)];
    const unbroken = vaekit(whole, ...args);
    const begun = async () => (await read(broken, 'sweep.csv').catch(() => '')).includes(',begun,');
    let kills = 0;
    while (kills < 2) {
      // Planning may take any time on a busy machine: it is killed at some moment after that.
      const child = spawn(process.execPath, [main, ...args], { cwd: broken, detached: true });
      const end = ended(child);
      const before = await read(broken, 'sweep.csv').catch(() => '');
      const isGoing = async () => (await begun()) && (await read(broken, 'sweep.csv')) !== before;
      while (child.exitCode === null && !(await isGoing())) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await new Promise((resolve) => setTimeout(resolve, 200 * Math.random()));
      expect(child.exitCode, 'it ended before it was killed').toBeNull();
      process.kill(-child.pid!, 'SIGKILL');
      await end;
      kills++;
    }
    const { code, stdout } = await vaekit(broken, ...args);
    const { stdout: told } = await unbroken;
    expect(code).toBe(0);
    for (const file of ['sweep.csv', 'sweep.json']) {
      expect(await read(broken, file), file).toBe(await read(whole, file));
    }
    const table = (text: string) => text.slice(text.indexOf('Run '), text.indexOf('Written'));
    expect(table(stdout)).toBe(table(told));
    expect(table(stdout)).toMatch(
      /\nBest: \d{3} \(learningRate .*vaekit info runs\/sweep\/\d{3}\n$/,
    );
    const { runs } = JSON.parse(await read(broken, 'sweep.json'));
    for (const { run, epochs, results } of runs) {
      expect(epochs).toBe([1, 3, 9][results.length - 1]);
      const trained = (await read(broken, `${run}/trained.txt`)).trim().split('\n').map(Number);
      const once = Array.from({ length: epochs }, (_, i) => i + 1);
      // An epoch may be kept, and not yet be told of, when it is killed.
      expect(new Set(trained)).toEqual(new Set(once.filter((each) => trained.includes(each))));
      expect(trained).toHaveLength(new Set(trained).size);
    }
    expect(runs.filter(({ results }: { results: number[] }) => results.length === 3)).toHaveLength(
      1,
    );
  },
);

describe('a sweep', () => {
  test('tells mistakes before anything is trained', async () => {
    const tell = async (sweep: object, ...flags: string[]) => {
      const folder = await folderWith({ method: { type: 'grid' }, ...sweep });
      const { code, stderr } = await vaekit(folder, 'sweep', 'sweep.json', ...flags);
      expect(code).toBe(2);
      return stderr;
    };
    const frechet = { name: 'frchet', from: 'judge' };
    const told = await Promise.all([
      tell({ settings: { 'training.batchSize': [16, 0] } }),
      tell({ settings: { 'model.latnet': [1] } }),
      tell({ settings: { latent: [1] } }),
      tell({ settings: { 'model.encoder[7].units': [1] } }),
      tell({ settings: { 'training.epochs': [1] }, metric: frechet }),
      tell({ ...halving, settings: { 'training.epochs': [3, 9] } }),
      tell({ settings: { 'model.seed': [1] } }, '--launcher', 'no-such-launcher -n1'),
    ]);
    expect(told).toEqual([
      'vaekit: sweep.json, run 2: training.batchSize: it must be at least 1, not 0.\n',
      "vaekit: sweep.json, run 1: model: unknown key 'latnet'. Did you mean 'latent'?\n",
      "vaekit: sweep.json, run 1: settings: 'latent' is no place in a config, which has preset, model, training. Known: preset, model, training.\n",
      'vaekit: sweep.json, run 1: settings: there is nothing at model.encoder[7].units in these runs. Correct the path.\n',
      "vaekit: sweep.json: metric: judge has no measure 'frchet'. Did you mean 'frechet'?\n",
      'vaekit: sweep.json: runs that are halved must have the same training.epochs, but there are 3, 9. Leave it out of settings, and give one in config.\n',
      'vaekit: --launcher: no-such-launcher cannot be started: there is no such program.\n',
    ]);
  });

  test('goes on past a run that fails, trains it again where that is asked for, and takes more runs', async () => {
    const grid = { method: { type: 'grid' }, settings: { 'training.batchSize': [13, 16] } };
    const folder = await folderWith(grid);
    const args = ['sweep', 'sweep.json', ...quickly(1)];
    const first = await vaekit(folder, ...args);
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/001 .*failed: 13 brings no luck. Take another batchSize.\n/);
    expect(first.stdout).toContain('1 failed; train them again by: vaekit sweep sweep.json');
    expect(await read(folder, 'sweep.csv')).toMatch(
      /^001,failed,,,13,13 brings no luck. Take another batchSize.\n002,finished,9,/m,
    );
    const again = await vaekit(folder, ...args, '--retry');
    expect(again.stdout).toContain('2 runs, 1 of which have ended');
    const logged = await read(folder, '001/log.txt');
    expect(logged.match(/13 brings no luck/g)).toHaveLength(2);
    const changed = { ...grid, settings: { 'training.batchSize': [16] } };
    await writeFile(join(folder, 'sweep.json'), JSON.stringify({ config: shared, ...changed }));
    const refused = await vaekit(folder, ...args);
    expect(refused.stderr).toBe(
      "vaekit: runs/sweep holds a sweep with another settings. Choose another folder by --out, or give that sweep's file.\n",
    );
  });

  test('ends at Ctrl-C with the command that goes on', async () => {
    const folder = await folderWith(halving);
    const args = ['sweep', 'sweep.json', '--jobs', '2', ...quickly(50)];
    const child = start(folder, args);
    const end = ended(child);
    while (!(await read(folder, 'sweep.csv').catch(() => '')).includes(',begun,')) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill('SIGINT');
    const { code, stdout } = await end;
    expect(code).toBe(130);
    expect(stdout).toContain('Stopped. Go on with: vaekit sweep sweep.json --jobs 2 --launcher');
    expect(await read(folder, 'sweep.json')).not.toContain('failed');
  });
});

test('runs are judged where they are compared by a measure of judge', async () => {
  const folder = await folderWith({
    method: { type: 'grid' },
    metric: { name: 'elbo', from: 'judge', count: 12 },
    settings: { 'model.latent': [1, 3, 2] },
  });
  const { stdout } = await vaekit(folder, 'sweep', 'sweep.json', '--jobs', '3', ...quickly(1));
  expect(stdout).toContain('3 runs, by elbo (more is better).');
  const { best, runs } = JSON.parse(await read(folder, 'sweep.json'));
  expect(runs.map(({ results }: { results: number[] }) => results)).toEqual([[-13], [-15], [-14]]);
  expect(best).toBe('001');
});

test('runs are judged by vaekit judge itself', async () => {
  const folder = await folderWith({
    method: { type: 'grid' },
    metric: { name: 'elbo', from: 'judge', count: 12, samples: 2 },
    config: { ...shared, training: { ...shared.training, epochs: 1 } },
    settings: { 'training.optimizer.learningRate': [1e-9, 0.01] },
  });
  const { code, stdout, stderr } = await vaekit(folder, 'sweep', 'sweep.json', '--jobs', '2');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('2 runs, by elbo (more is better).');
  const { best, runs } = JSON.parse(await read(folder, 'sweep.json'));
  const [first, second] = runs.map(({ results }: { results: number[] }) => results[0]);
  expect(first).not.toBe(second);
  expect(best).toBe(first > second ? '001' : '002');
  for (const { run, results } of runs) {
    const { figures } = JSON.parse(await read(folder, `${run}/judge.json`));
    expect(results).toEqual([figures.elbo.value]);
    expect(Object.keys(figures)).toEqual(['elbo']);
  }
});

test('vaekit train goes on with a run from rung to rung as if it was trained at once', async () => {
  const folder = await folderWith({
    method: { type: 'asha', runs: 2, factor: 2 },
    config: { ...shared, training: { ...shared.training, epochs: 2 } },
    settings: { 'model.encoder[0].units': [4, 6], 'training.optimizer.learningRate': rate },
  });
  const { code, stderr } = await vaekit(folder, 'sweep', 'sweep.json', '--jobs', '2');
  expect([code, stderr]).toEqual([0, '']);
  const { best, runs } = JSON.parse(await read(folder, 'sweep.json'));
  const epochs = runs.map((each: { epochs: number }) => each.epochs).sort();
  expect(epochs).toEqual([1, 2]);
  const found = runs.find((each: { run: string }) => each.run === best);
  const config = JSON.parse(await read(folder, `${best}/config.json`));
  expect(config.model.encoder[0].units).toBe(found.settings['model.encoder[0].units']);
  expect(config.training.epochs).toBe(2);
  const again = ['--config', `runs/sweep/${best}/config.json`, '--out', 'again', '--threads', '1'];
  expect((await vaekit(folder, 'train', ...again)).code).toBe(0);
  expect(await read(folder, `${best}/metrics.jsonl`)).toBe(
    await readFile(join(folder, 'again/metrics.jsonl'), 'utf8'),
  );
  const picture = await readFile(join(folder, 'runs/sweep/parallel-coordinates.png'));
  expect(picture.length).toBeGreaterThan(10_000);
});

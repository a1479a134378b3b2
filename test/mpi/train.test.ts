import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { emptyFolder, vaekit, writeQuarters } from '../cli/process.js';
import { launchers, vaekitRanks } from './launchers.js';

// Each test is some processes.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;

const command = (out: string, epochs = 4) => [
  ...['train', '--data', 'quarters', '--preset', 'dense', '--latent', '3'],
  ...['--batch-size', '48', '--epochs', `${epochs}`, '--clip-norm', '1', '--ema', '0.9'],
  ...['--out', out],
];

/** The lines of a run's metrics. */
async function metricsOf(run: string): Promise<Record<string, number>[]> {
  const text = await readFile(join(folder, run, 'metrics.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const parametersOf = (run: string) => readFile(join(folder, run, 'parameters.safetensors'));

beforeAll(async () => {
  folder = await emptyFolder();
  await writeQuarters(folder);
  expect(await vaekit(folder, ...command('alone'))).toMatchObject({ code: 0 });
});

describe.each(launchers)('$command', (launcher) => {
  const name = launcher.command;

  test.skipIf(launcher.missing)(
    `two ranks have the losses of one process${launcher.missing ? ` (left out: ${launcher.missing})` : ''}`,
    async () => {
      const end = await vaekitRanks(launcher, 2, folder, ...command(name));
      expect(end).toMatchObject({ code: 0, stderr: '' });
      expect(end.stdout).toMatch(/^Training by 2 ranks by (Open MPI|MPICH)/m);
      expect(end.stdout.match(/Written to/g)).toHaveLength(1);
      const [alone, together] = [await metricsOf('alone'), await metricsOf(name)];
      expect(together).toHaveLength(alone.length);
      alone.forEach((line, i) => {
        for (const [metric, value] of Object.entries(line)) {
          const difference = Math.abs(together[i]![metric]! - value);
          expect(difference).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
        }
      });
    },
  );

  test.skipIf(launcher.missing)('as many ranks go on with a run to the same bits', async () => {
    const run = `${name}-longer`;
    await vaekitRanks(launcher, 2, folder, ...command(run, 2));
    const more = ['train', '--resume', run, '--epochs', '4'];
    expect(await vaekitRanks(launcher, 2, folder, ...more)).toMatchObject({ code: 0 });
    expect(await parametersOf(run)).toEqual(await parametersOf(name));
  });

  test.skipIf(launcher.missing)('a fault is told once', async () => {
    const wrong = [...command(`${name}-wrong`), '--batch-size', '4000'];
    const { code, stderr } = await vaekitRanks(launcher, 2, folder, ...wrong);
    expect(code).toBe(2);
    expect(stderr.match(/vaekit: .*/g)).toEqual([
      expect.stringMatching(/batchSize 4000 is more than the 400 examples/),
    ]);
  });
});

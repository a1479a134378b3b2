import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { emptyFolder, ended, start, tree, vaekit, writeQuarters } from './process.js';

vi.setConfig({ testTimeout: 120_000 });

/** All files of a training with two latents. */
const files = [
  ...['config.json', 'metrics.jsonl', 'timing.jsonl', 'parameters.safetensors', 'health.json'],
  ...['encoder.onnx', 'decoder.onnx'],
  ...['loss.png', 'reconstructions.png', 'samples.png', 'latent.png', 'manifold.png'],
];

test.skipIf(process.platform === 'win32').each([
  ['SIGINT', 130, 'parameters.safetensors'],
  ['SIGTERM', 143, 'loss.png'],
] as const)(
  '%s while a run is saved stops at once; --resume writes the rest',
  async (signal, code, seen) => {
    const folder = await emptyFolder();
    await writeQuarters(folder);
    const train = [
      'train',
      '--data',
      'quarters',
      '--preset',
      'mlp',
      '--epochs',
      '2',
      '--out',
      'run',
    ];
    const child = start(folder, train);
    const end = ended(child);
    while (!existsSync(join(folder, 'run', seen)) && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const at = performance.now();
    child.kill(signal);
    const stopped = await end;
    // A second is the aim; machines that do other things too take longer.
    expect(performance.now() - at).toBeLessThan(5000);
    expect(stopped.code).toBe(code);
    expect(stopped.stderr).toMatch(
      /^\nStopped while saving\. All that was trained is kept; .*: vaekit train --resume run\n$/,
    );
    expect(stopped.stdout).not.toContain('Written to');
    const left = await readdir(join(folder, 'run'));
    expect(left).not.toContain('manifold.png');
    // Files are whole or not there, and there is no lock.
    expect(left.filter((name) => ![...files, 'checkpoints'].includes(name))).toEqual([]);

    const resumed = await vaekit(folder, 'train', '--resume', 'run');
    expect([resumed.code, resumed.stderr]).toEqual([0, '']);
    expect((await readdir(join(folder, 'run'))).sort()).toEqual([...files, 'checkpoints'].sort());
    expect((await tree(folder)).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  },
);

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { emptyFolder, vaekit, writeQuarters } from './process.js';

let folder: string;

beforeAll(async () => {
  folder = await emptyFolder();
  await writeQuarters(folder);
  const { code, stderr } = await vaekit(
    folder,
    ...['train', '--data', 'quarters', '--preset', 'dense', '--epochs', '3', '--out', 'run'],
  );
  expect([code, stderr.includes('vaekit:')]).toEqual([0, false]);
}, 60_000);

describe('a run judged', () => {
  test('is told as a table', async () => {
    const { code, stdout } = await vaekit(folder, 'judge', 'run', '--count', '60');
    expect(code).toBe(0);
    for (const row of [
      /: 60 examples/,
      /ELBO +-?[\d.]+ nats +± [\d.]+/,
      /log p\(x\), by 100 draws +-?[\d.]+ nats/,
      /Active latents, of 2 +[0-2]/,
      /Reconstruction, squared error +0\.\d+/,
      /Fréchet distance, raw values +[\d.]+/,
      /Precision, the encoder's means +[\d.]+ +± [\d.]+/,
    ]) {
      expect(stdout).toMatch(row);
    }
    // Windows of structural similarity have no room in so small a picture.
    expect(stdout).not.toContain('SSIM');
  });

  test('is told as JSON, the same each time', async () => {
    const options = ['--json', '--count', '40', '--samples', '5', '--seed', '3'];
    const first = await vaekit(folder, 'judge', 'run', ...options);
    const again = await vaekit(folder, 'judge', 'run', ...options);
    expect([first.code, again.stdout]).toEqual([0, first.stdout]);
    const found = JSON.parse(first.stdout);
    expect(found).toMatchObject({ examples: 40, samples: 5, seed: 3 });
    const { figures } = found;
    expect(figures.logLikelihood.value).toBeGreaterThan(figures.elbo.value - 1);
    expect(figures['coverage/raw'].value).toBeLessThanOrEqual(1);
    const other = await vaekit(folder, 'judge', 'run', ...options, '--seed', '4');
    expect(JSON.parse(other.stdout).figures['kernel/raw']).not.toEqual(figures['kernel/raw']);
  });

  test('is judged by the measures that are asked for', async () => {
    const options = ['--json', '--count', '40', '--metrics', 'psnr,elbo,recall'];
    const refused = await vaekit(folder, 'judge', 'run', ...options);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('psnr cannot')]);
    options.splice(-1, 1, 'recall,elbo');
    const { stdout } = await vaekit(folder, 'judge', 'run', ...options);
    expect(Object.keys(JSON.parse(stdout).figures)).toEqual([
      'elbo',
      'recall/raw',
      'recall/encoder',
    ]);
    const unknown = await vaekit(folder, 'judge', 'run', '--metrics', 'fid');
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining("unknown measure 'fid'"),
    ]);
  });

  test('keeps its figures, with earlier ones by the same examples, until its model changes', async () => {
    const path = join(folder, 'run', 'judge.json');
    const judge = (...metrics: string[]) =>
      vaekit(folder, 'judge', 'run', '--count', '30', '--metrics', metrics.join(','));
    await judge('elbo');
    await judge('squaredError');
    const kept = JSON.parse(await readFile(path, 'utf8'));
    expect(kept).toMatchObject({ data: 'quarters test', part: 'test', examples: 30, samples: 100 });
    expect(Object.keys(kept.figures)).toEqual(['elbo', 'squaredError']);
    await vaekit(folder, 'judge', 'run', '--count', '20', '--metrics', 'squaredError');
    expect(Object.keys(JSON.parse(await readFile(path, 'utf8')).figures)).toEqual(['squaredError']);
    const { code } = await vaekit(folder, 'train', '--resume', 'run', '--epochs', '4');
    expect(code).toBe(0);
    await expect(readFile(path)).rejects.toThrow('ENOENT');
  });

  test('is compared by the features of a model in a file', async () => {
    const model = fileURLToPath(new URL('../fixtures/features.onnx', import.meta.url));
    const options = ['--count', '40', '--metrics', 'frechet', '--features', model];
    const { code, stdout, stderr } = await vaekit(folder, 'judge', 'run', ...options);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/Fréchet distance, features.onnx +\d/),
    ]);
    expect(stderr).toContain('features.onnx: grey repeated in 3 channels');
  });

  test('by too few examples is refused', async () => {
    const { code, stderr } = await vaekit(folder, 'judge', 'run', '--count', '3');
    expect([code, stderr]).toEqual([2, expect.stringContaining('from 6')]);
  });
});

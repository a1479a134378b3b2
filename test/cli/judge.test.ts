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
      /Active latents +[0-2] of 2/,
      /Reconstruction, squared error +0\.\d+/,
      /Fréchet distance, raw values +[\d.]+/,
      /Precision and recall, the encoder's means +[\d.]+, [\d.]+/,
    ]) {
      expect(stdout).toMatch(row);
    }
    // No window of structural similarity is in so small a picture.
    expect(stdout).not.toContain('SSIM');
  });

  test('is told as JSON, the same each time', async () => {
    const options = ['--json', '--count', '40', '--samples', '5', '--seed', '3'];
    const first = await vaekit(folder, 'judge', 'run', ...options);
    const again = await vaekit(folder, 'judge', 'run', ...options);
    expect([first.code, again.stdout]).toEqual([0, first.stdout]);
    const found = JSON.parse(first.stdout);
    expect(found).toMatchObject({ examples: 40, likelihood: { samples: 5 } });
    expect(found.likelihood.logLikelihood.mean).toBeGreaterThan(found.likelihood.elbo.mean - 1);
    expect(found.drawn.raw.coverage).toBeLessThanOrEqual(1);
    const other = await vaekit(folder, 'judge', 'run', ...options, '--seed', '4');
    expect(JSON.parse(other.stdout).drawn).not.toEqual(found.drawn);
  });

  test('by too few examples is refused', async () => {
    const { code, stderr } = await vaekit(folder, 'judge', 'run', '--count', '3');
    expect([code, stderr]).toEqual([2, expect.stringContaining('from 6')]);
  });
});

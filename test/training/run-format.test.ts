import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/data/errors.js';
import { Tensor, VAE } from '../../src/index.js';
import { RunFolder, readRunFormat, runFormat } from '../../src/training/index.js';

const fixtures = new URL('../fixtures/', import.meta.url);
const versions = Array.from({ length: runFormat }, (_, i) => i + 1);

test('there is a run folder of each version, by test/fixtures/write-run.mjs', () => {
  const kept = readdirSync(fixtures).filter((name) => name.startsWith('run-v'));
  expect(kept.sort()).toEqual(versions.map((version) => `run-v${version}`).sort());
});

describe.each(versions)('a run folder of version %i', (version) => {
  const path = fileURLToPath(new URL(`run-v${version}`, fixtures));

  test('loads, and its model gives what it gave when it was written', async () => {
    const expected = JSON.parse(readFileSync(`${path}/expected.json`, 'utf8'));
    const vae = await VAE.load(path);
    const images = new Tensor('uint8', Uint8Array.from(expected.images), [2, ...vae.config.input]);
    const { mean, logVariance } = await vae.encode(images);
    const decoded = await vae.decode(mean);
    for (const [name, { data }] of Object.entries({ mean, logVariance, decoded })) {
      expect(data.length).toBe(expected[name].length);
      (data as Float32Array).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[name][i], 5);
      });
    }
    await vae.release();
  });

  test('has its metrics', async () => {
    const metrics = await (await RunFolder.open(path)).readMetrics();
    expect(metrics.map(({ epoch, steps }) => [epoch, steps])).toEqual([
      [1, 4],
      [2, 4],
    ]);
    expect(metrics[1]!.val_loss).toBeCloseTo(11.5879, 3);
  });
});

describe('a version', () => {
  const refusal = (value: unknown) => {
    try {
      readRunFormat(value, 'config.json');
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
    return 'was read';
  };

  test('that is newer is refused in one line', () => {
    expect(refusal({ format: runFormat + 1 })).toBe(
      `config.json: format ${runFormat + 1} is newer than this version of vaekit, which reads up to ${runFormat}. Update vaekit.`,
    );
  });

  test.each([[0], [-1], [1.5], ['1'], [null], [2 ** 60], [[]]])('%j is none', (format) => {
    expect(refusal({ format })).toMatch(/^config\.json: format must be a whole number from 1\./);
  });

  test.each([[null], [[]], ['text'], [{}]])('is missing in %j', (value) => {
    expect(refusal(value)).toMatch(/^config\.json: there is no 'format' in it\./);
  });
});

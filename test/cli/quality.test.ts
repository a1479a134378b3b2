import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readPng } from '../report/png.js';
import { emptyFolder, vaekit, writeQuarters } from './process.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await emptyFolder();
  const penguins = JSON.parse(
    await readFile(
      new URL('../../node_modules/vega-datasets/data/penguins.json', import.meta.url),
      'utf8',
    ),
  );
  const names = Object.keys(penguins[0]);
  const lines = penguins.map((row: Record<string, unknown>) =>
    names.map((name) => row[name] ?? ''),
  );
  await writeFile(at('penguins.csv'), [names, ...lines].map((line) => line.join(',')).join('\n'));
  const options = ['--preset', 'tabular', '--epochs', '20', '--validation-split', '0.2'];
  const { code, stderr } = await vaekit(
    folder,
    ...['train', '--data', 'penguins.csv', '--out', 'run', ...options],
  );
  expect([code, stderr.includes('vaekit:')]).toEqual([0, false]);
});

describe('quality of the rows of a run', () => {
  test('is told, and written as JSON and as a picture', async () => {
    const { code, stdout } = await vaekit(folder, 'quality', 'run', '--target', 'Species');
    expect(code).toBe(0);
    expect(stdout).toContain('Quality of 275 synthetic rows beside 275 real ones, 69 held out');
    expect(stdout).toMatch(/Species, learnt of real rows +0\.9\d\d/);
    expect(stdout).toContain(`Written: run/quality.json\nWritten: run/quality.png\n`);
    const report = JSON.parse(await readFile(at('run/quality.json'), 'utf8'));
    expect(report.rows).toEqual({ real: 275, synthetic: 275, heldOut: 69 });
    expect(report.columnShapes.columns).toHaveLength(7);
    expect(report.columnShapes.score).toBeGreaterThan(0.6);
    expect(report.usefulness).toMatchObject({ target: 'Species', testedOn: 'held out' });
    expect(readPng(await readFile(at('run/quality.png'))).width).toBeGreaterThan(1000);
  });

  test('--json prints the report alone, the same each time; --count, --seed and --out', async () => {
    const options = ['--json', '--count', '50', '--seed', '7'];
    const first = await vaekit(folder, 'quality', 'run', ...options);
    const again = await vaekit(folder, 'quality', 'run', ...options, '--out', 'told');
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(again.stdout).toBe(first.stdout);
    const report = JSON.parse(first.stdout);
    expect(report).toMatchObject({ data: 'penguins', seed: 7, rows: { synthetic: 50 } });
    expect(JSON.parse(await readFile(at('told.json'), 'utf8'))).toEqual(report);
    expect(existsSync(at('told.png'))).toBe(true);
  });

  test('of a column that is not there is refused', async () => {
    const { code, stderr } = await vaekit(folder, 'quality', 'run', '--target', 'Spezies');
    expect(code).not.toBe(0);
    expect(stderr).toBe(
      "vaekit: target 'Spezies': the table has no such column, or nothing is learnt of it. Did you mean 'Species'?\n",
    );
  });

  test('of a run of images is refused', async () => {
    await writeQuarters(folder);
    const options = ['--preset', 'dense', '--epochs', '1', '--out', 'images'];
    expect((await vaekit(folder, 'train', '--data', 'quarters', ...options)).code).toBe(0);
    const { code, stderr } = await vaekit(folder, 'quality', 'images');
    expect(code).not.toBe(0);
    expect(stderr).toMatch(
      /^vaekit: images: quality is about rows of a table, and this run learnt images\. .*\n$/,
    );
  });
});

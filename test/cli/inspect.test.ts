import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { datasets } from '../../src/index.js';
import { vaekit, writeQuarters } from './process.js';

let folder: string;
const at = (path: string) => join(folder, path);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaekit-inspect-'));
  await writeQuarters(folder);
  const rows = Array.from(
    { length: 40 },
    (_, i) => `${i};${i / 8 + 3};${(i * 7) % 11};${i % 2 ? 'cat' : 'dog'}`,
  );
  await writeFile(at('t.csv'), `id;size;age;species\n${rows.join('\n').replaceAll('.', ',')}\n`);
});

afterAll(() => rm(folder, { recursive: true }));

const card = async (...args: string[]) => {
  const { code, stdout, stderr } = await vaekit(folder, 'inspect', ...args);
  expect(code, stderr).toBe(0);
  return stdout;
};

describe('inspect', () => {
  test('tells shape, values, classes, parts and the settings that training would take', async () => {
    const text = await card('t.csv', '--rows', 'vectors');
    for (const line of [
      /^t\n/,
      /examples {2,}rows of 2 values: train 40\n/,
      /values {2,}real numbers: 0 to 10, mean 5\.\d+, deviation \d\.\d+; [\d.]+ % are 0 \(of 40 examples\)/,
      /columns {2,}size and age\n/,
      /classes {2,}2: cat \(20\) and dog \(20\)\n/,
      /labels {2,}column "species" gives the labels/,
      /left out {2,}column "id" left out/,
      /training {2,}preset mlp, 1 latent, likelihood gaussian, of standardized values/,
    ]) {
      expect(text).toMatch(line);
    }
  });

  test('gives the same as JSON, as datasets.describe does', async () => {
    const { training, ...found } = JSON.parse(await card('t.csv', '--rows', 'vectors', '--json'));
    expect(training).toMatchObject({ preset: 'mlp', example: { scaling: 'standardize' } });
    expect(found).toEqual(JSON.parse(JSON.stringify(await datasets.describe(at('t.csv')))));
    expect(found.parts).toEqual({
      train: {
        examples: 40,
        classes: [
          { name: 'cat', examples: 20 },
          { name: 'dog', examples: 20 },
        ],
      },
    });
    expect(found.columns).toEqual(['size', 'age']);
  });

  test('tells the columns of a table', async () => {
    const text = await card('t.csv');
    for (const line of [
      /examples {2,}rows of 3 columns: train 40\n/,
      /column {2,}"id": id\n/,
      /column {2,}"size": continuous; 3 to 7\.875\n/,
      /column {2,}"species": binary; 2 values: cat and dog\n/,
      /classes {2,}2: cat \(20\) and dog \(20\)\n/,
      /labels {2,}column "species" gives the labels, and is learnt too/,
      /training {2,}preset tabular, .*likelihood table/,
    ]) {
      expect(text).toMatch(line);
    }
    const found = JSON.parse(await card('t.csv', '--columns', 'age=ordinal', '--json'));
    expect(found.columns).toEqual(['size', 'age', 'species']);
    expect(found.table[2]).toEqual({
      name: 'age',
      kind: 'ordinal',
      type: 'number',
      missing: 0,
      categories: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10'],
    });
    const words = 'species=ordinal:dog|cat,age=ordinal';
    const ordered = JSON.parse(await card('t.csv', '--columns', words, '--json'));
    expect(ordered.table[3]).toMatchObject({ kind: 'ordinal', categories: ['dog', 'cat'] });
    const table = await datasets.describe(at('t.csv'), { columns: { age: 'ordinal' } });
    const { training: _, ...same } = found;
    expect(same).toEqual(JSON.parse(JSON.stringify(table)));
  });

  test('tells days and months that cannot be told apart, and takes the format', async () => {
    await writeFile(at('days.csv'), 'day,n\n01/02/2024,1.5\n03/02/2024,2.5\n');
    expect(await card('days.csv')).toMatch(
      'dates such as 01/02/2024 are read as MM/DD/YYYY, though DD/MM/YYYY fits as well (--columns day=date:DD/MM/YYYY says otherwise)',
    );
    const found = await card('days.csv', '--columns', 'day=date:DD/MM/YYYY');
    expect(found).toMatch('"day": date; 2024-02-01 to 2024-02-03, written DD/MM/YYYY');
  });

  test('refuses kinds of columns that there are not, in one line', async () => {
    const wrong = await vaekit(folder, 'inspect', 't.csv', '--columns', 'age=real');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/^vaekit: .*age: it must be 'continuous', 'count', .*'real'\.\n$/);
    const mixed = await vaekit(folder, 'inspect', 't.csv', '--columns', 'size,age=count');
    expect(mixed.stderr).toMatch(/Write names \(age,height\), or what each holds \(age=count\)/);
  });

  test('reads as it is told', async () => {
    const { shape, columns } = JSON.parse(await card('t.csv', '--columns', 'age', '--json'));
    expect([shape, columns]).toEqual([[1], ['age']]);
  });

  test('draws twenty examples', async () => {
    expect(await card('quarters', '--out', 'ex.png')).toMatch(
      /train 400, test 100\n.*Written: ex.png\n$/s,
    );
    const { width, height } = await sharp(await readFile(at('ex.png'))).metadata();
    expect(width! / height!).toBeGreaterThan(4);
  });

  test('refuses data that is not there in one line', async () => {
    const { code, stderr } = await vaekit(folder, 'inspect', 'nothing');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^vaekit: No data "nothing": .*\n$/);
  });
});

describe('train', () => {
  test('tells the data first, and standardizes real values by itself', async () => {
    const { code, stdout, stderr } = await vaekit(
      folder,
      'train',
      '--data',
      't.csv',
      '--rows',
      'vectors',
      '--epochs',
      '1',
      '--out',
      'a',
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^Data t: rows of 2 values, from 0 to 10, 2 classes; train 40\.\n/);
    expect(stdout).toMatch(/\nLikelihood gaussian of standardized values: values are real, /);
    const { model, trainedOn } = JSON.parse(await readFile(at('a/config.json'), 'utf8'));
    expect(model.example).toEqual({ scaling: 'standardize' });
    expect(trainedOn).toMatchObject({ columns: ['size', 'age'], classNames: ['cat', 'dog'] });
    const swapped = 'age;species;size\n3;dog;4,5\n5;cat;3,25\n';
    await writeFile(at('swapped.csv'), swapped);
    await writeFile(at('same.csv'), 'size;age;species\n4,5;3;dog\n3,25;5;cat\n');
    const evaluated = (data: string) => vaekit(folder, 'evaluate', 'a', '--data', data, '--json');
    const [one, other] = [await evaluated('swapped.csv'), await evaluated('same.csv')];
    expect(one.code, one.stderr).toBe(0);
    const { data: _, ...rest } = JSON.parse(one.stdout);
    const { data: __, ...same } = JSON.parse(other.stdout);
    expect(rest).toEqual(same);
    expect(rest).toMatchObject({ part: 'all', size: 2 });
    await writeFile(at('less.csv'), 'size\n1\n2\n');
    expect((await evaluated('less.csv')).stderr).toMatch(/less lacks the column 'age'/);
    const own = await vaekit(folder, 'evaluate', 'a');
    expect(own.stderr).toMatch(/no part was kept from training/);
    expect(own.stdout).toMatch(/40 examples of the train part/);
  });

  test("makes batches smaller than a preset's where there are few examples", async () => {
    await writeFile(
      at('few.csv'),
      `a,b\n${Array.from({ length: 10 }, (_, i) => `${i},${i * 2.5}`).join('\n')}\n`,
    );
    const args = ['train', '--data', 'few.csv', '--preset', 'mlp', '--epochs', '1', '--out', 'b'];
    const { code, stdout, stderr } = await vaekit(folder, ...args);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch('Batches of 10: there are no more examples to train on.');
    const asked = await vaekit(folder, ...args, '--batch-size', '11', '--out', 'c');
    expect(asked.code).not.toBe(0);
  });

  test('evaluates by the examples that --validation-split set apart', async () => {
    const args = ['train', '--data', 't.csv', '--validation-split', '0.25', '--epochs', '1'];
    expect((await vaekit(folder, ...args, '--out', 'd')).code).toBe(0);
    const lines = (await readFile(at('d/metrics.jsonl'), 'utf8')).trimEnd().split('\n');
    const { val_loss } = JSON.parse(lines.at(-1)!);
    const found = JSON.parse((await vaekit(folder, 'evaluate', 'd', '--json')).stdout);
    expect(found).toMatchObject({ part: 'validation', size: 10 });
    expect(found.loss).toBeCloseTo(val_loss, 4);
    const { stderr } = await vaekit(folder, 'evaluate', 'd', '--split', 'test');
    expect(stderr).toMatch(/t has no test part, but: validation and train/);
  });
});

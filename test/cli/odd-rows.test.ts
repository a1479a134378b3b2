import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { datasets } from '../../src/index.js';
import { normals, uniforms } from '../vae/tables.js';
import { emptyFolder, vaekit, writeQuarters } from './process.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const read = (name: string) => readFile(at(name), 'utf8');

const header = 'customer,age,pay,level,events,kind';

/** Rows of which pay and level follow age, but in the odd ones. */
function table(count: number, name: string, oddShare: number, gapShare: number) {
  const [age, noise] = [normals(count, `${name} age`), normals(count, `${name} noise`)];
  const chance = uniforms(count * 6, name);
  return Array.from(age, (a, i) => {
    const of = (k: number) => chance[i * 6 + k]!;
    const isOdd = of(0) < oddShare;
    const seen = isOdd ? -a - Math.sign(a) : a;
    const cells = [
      (40 + 10 * a).toFixed(1),
      Math.round(3000 + 900 * seen + 100 * noise[i]!),
      seen > 0 ? 'senior' : 'junior',
      Math.floor(-20 * Math.log(1 - of(1))),
    ].map((cell, c) => (of(2 + c) < gapShare ? '' : String(cell)));
    return [`C-${1000 + i}`, ...cells, isOdd ? 'odd' : 'plain'].join();
  });
}

beforeAll(async () => {
  folder = await emptyFolder();
  const write = (name: string, rows: readonly string[]) =>
    writeFile(at(name), `${[header, ...rows].join('\n')}\n`);
  await write('train.csv', table(1200, 'train', 0, 0.05));
  await write('new.csv', table(300, 'new', 0.05, 0));
  await write('gaps.csv', table(200, 'gaps', 0, 0.2));
  const training = [
    '--epochs',
    '60',
    '--batch-size',
    '100',
    '--latent',
    '4',
    '--learning-rate',
    '0.005',
  ];
  const columns = ['--columns', 'kind=constant,events=count'];
  const data = ['--data', 'train.csv', '--rows', 'table', ...columns];
  const { code, stderr } = await vaekit(folder, 'train', ...data, ...training, '--out', 'run');
  expect([code, stderr]).toEqual([0, expect.anything()]);
}, 120_000);

/** Cells of a CSV without quotes. */
const cellsOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));

describe('vaekit score', () => {
  test('ranks odd rows first, names the columns, and judges by labels', async () => {
    const options = ['--data', 'new.csv', '--label', 'kind', '--anomaly', 'odd', '--json'];
    const { code, stdout } = await vaekit(folder, 'score', 'run', ...options, '--count', '5');
    expect(code).toBe(0);
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ data: 'new', size: 300, samples: 100 });
    expect(told.areaUnderRoc).toBeGreaterThan(0.9);
    expect(told.averagePrecision).toBeGreaterThan(0.5);
    expect(told.rows).toHaveLength(5);
    const [first] = told.rows;
    expect(first.label).toBe('odd');
    expect(first.ids.customer).toBe(`C-${1000 + first.index}`);
    expect(Object.keys(first.columns).length).toBeGreaterThan(0);
    const scores = told.rows.map((row: { score: number }) => row.score);
    expect(scores).toEqual(scores.toSorted((a: number, b: number) => b - a));
  });

  test('writes all scores with the nats of each column, and flags by the training data', async () => {
    const options = ['--data', 'new.csv', '--flag', '0.02', '--out', 'scores.csv'];
    const { code, stdout } = await vaekit(folder, 'score', 'run', ...options, '--samples', '20');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^new, 300 examples: score an estimate of −log p by 20 draws, in nats/);
    expect(stdout).toContain('Written: scores.csv (300 examples)');
    const [names, ...rows] = cellsOf(await read('scores.csv'));
    expect(names).toEqual([
      ...['rank', 'index', 'origin', 'customer', 'score', 'flagged'],
      ...['nats age', 'nats pay', 'nats level', 'nats events'],
    ]);
    expect(rows).toHaveLength(300);
    expect(rows.map(([rank]) => Number(rank))).toEqual(rows.map((_, i) => i + 1));
    const scores = rows.map((row) => Number(row[4]));
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    const flagged = rows.filter((row) => row[5] === 'true').length;
    expect(stdout).toContain(`Flagged: ${flagged}, over `);
    expect(flagged).toBeGreaterThan(5);
    expect(flagged).toBeLessThan(40);
  });

  test('of pictures ranks too, without columns', async () => {
    await writeQuarters(folder);
    const data = ['--data', 'quarters', '--preset', 'dense', '--epochs', '1', '--out', 'pictures'];
    expect((await vaekit(folder, 'train', ...data)).code).toBe(0);
    const json = ['--json', '--count', '2', '--samples', '1'];
    const { code, stdout } = await vaekit(folder, 'score', 'pictures', ...json);
    expect(code).toBe(0);
    const { size, rows } = JSON.parse(stdout);
    expect(size).toBe(100);
    expect(Object.keys(rows[0]).sort()).toEqual(['index', 'label', 'score']);
  });

  test.each([
    [['--anomaly', 'odd'], /--anomaly odd: new has no labels\. Say by --label/],
    [
      ['--label', 'kind', '--anomaly', 'weird'],
      /no such label, but: 'plain' and 'odd'|'odd' and 'plain'/,
    ],
    [['--label', 'nothing'], /nothing/],
    [['--samples', '0'], /whole number from 1/],
    [['--flag', '2'], /number from 0 to 1/],
  ])('%j is refused in one line', async (options, message) => {
    const { code, stderr } = await vaekit(folder, 'score', 'run', '--data', 'new.csv', ...options);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });
});

describe('vaekit impute', () => {
  test('fills gaps, and leaves all else as it is written', async () => {
    const options = ['--data', 'gaps.csv', '--out', 'filled.csv'];
    const { code, stdout } = await vaekit(folder, 'impute', 'run', ...options);
    expect(code).toBe(0);
    const [before, after] = [cellsOf(await read('gaps.csv')), cellsOf(await read('filled.csv'))];
    expect(after[0]).toEqual(before[0]);
    expect(after).toHaveLength(before.length);
    const errors: number[] = [];
    let gaps = 0;
    for (const [i, row] of before.entries()) {
      for (const [c, cell] of row.entries()) {
        const filled = after[i]![c]!;
        if (cell !== '') expect(filled).toBe(cell);
        else gaps++;
        expect(filled).not.toBe('');
        if (i > 0 && c === 3) expect(['junior', 'senior']).toContain(filled);
        if (cell !== '' || c !== 2 || row[1] === '') continue;
        expect(filled).toMatch(/^\d+$/);
        errors.push(Number(filled) - (3000 + 90 * (Number(row[1]) - 40)));
      }
    }
    expect(stdout).toContain(`200 rows: ${gaps} gaps, in 'age' `);
    // Pay deviates by 900 of itself, and by 100 for one age.
    const rms = Math.sqrt(errors.reduce((sum, each) => sum + each ** 2, 0) / errors.length);
    expect(errors.length).toBeGreaterThan(20);
    expect(rms).toBeLessThan(450);
  });

  test('a word that the run does not know stays, and is no gap', async () => {
    await writeFile(at('new-word.csv'), `${header}\nC-1,40.5,,expert,3,plain\n`);
    const options = ['--data', 'new-word.csv', '--out', 'known.csv'];
    const { code, stdout, stderr } = await vaekit(folder, 'impute', 'run', ...options);
    expect(code).toBe(0);
    expect(stderr).toContain('"expert" (1 row) not known from training');
    expect(stdout).toContain("1 row: 1 gap, in 'pay' 1");
    expect(await read('known.csv')).toMatch(/\nC-1,40\.5,\d+,expert,3,plain\n$/);
  });

  test('draws fill them several times, in files of their own', async () => {
    const options = ['--data', 'gaps.csv', '--out', 'drawn.jsonl', '--draws', '2'];
    const { code, stdout } = await vaekit(folder, 'impute', 'run', ...options);
    expect(code).toBe(0);
    expect(stdout).toContain('Written: drawn-1.jsonl, drawn-2.jsonl');
    const [one, two] = [await read('drawn-1.jsonl'), await read('drawn-2.jsonl')];
    expect(one).not.toBe(two);
    const again = await datasets.openDataset(at('drawn-1.jsonl'), { rows: 'table' });
    expect(again.train.size).toBe(200);
    expect(again.train.table!.every(({ missing }) => missing === 0)).toBe(true);
  });

  test.each([
    [['--data', 'gaps.csv', '--out', 'filled.xlsx'], /filled\.xlsx.*: rows are written as/],
    [['--data', 'gaps.csv'], /required option '--out <file>'/],
    [['--data', 'gaps.csv', '--out', 'a.csv', '--draws', '0'], /whole number from 1/],
  ])('%j is refused in one line', async (options, message) => {
    const { code, stderr } = await vaekit(folder, 'impute', 'run', ...options);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });
});

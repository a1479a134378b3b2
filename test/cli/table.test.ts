import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readPng } from '../report/png.js';
import { emptyFolder, vaekit } from './process.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const lines = async (name: string) => (await readFile(at(name), 'utf8')).trimEnd().split('\n');

/** Orders of two kinds of customers, with a name each, a gap in ten and a column that never changes. */
function customers(count: number): string[] {
  const row = (i: number) => {
    const isOld = i % 3 === 0;
    const spent = (isOld ? 200 + (i % 37) : 20 + (i % 7)).toFixed(2);
    const day = String(1 + (i % 28)).padStart(2, '0');
    const plan = isOld ? 'gold' : ['free', 'basic'][i % 2];
    return [
      `C-${String(i + 1).padStart(4, '0')}`,
      'EU',
      i % 10 === 4 ? '' : spent,
      plan,
      isOld ? 'yes' : 'no',
      `2024-0${1 + (i % 9)}-${day}`,
    ].join(',');
  };
  return [
    'customer,region,spent,plan,regular,joined',
    ...Array.from({ length: count }, (_, i) => row(i)),
  ];
}

beforeAll(async () => {
  folder = await emptyFolder();
  await writeFile(at('customers.csv'), `${customers(300).join('\n')}\n`);
  const { code, stdout } = await vaekit(
    folder,
    'train',
    '--data',
    'customers.csv',
    '--out',
    'run',
    '--epochs',
    '60',
  );
  expect(code).toBe(0);
  expect(stdout).toContain(
    'Preset tabular for a table of 4 columns: 16 latents, likelihood table, 60 epochs',
  );
});

describe('a run of a table', () => {
  test('keeps its columns, and a map of its latents', async () => {
    const { model } = JSON.parse(await readFile(at('run/config.json'), 'utf8'));
    const kinds = model.example.columns.map(({ name, kind }: Record<string, string>) => [
      name,
      kind,
    ]);
    expect(kinds).toEqual([
      ['customer', 'id'],
      ['region', 'constant'],
      ['spent', 'continuous'],
      ['plan', 'categorical'],
      ['regular', 'binary'],
      ['joined', 'date'],
    ]);
    expect((await readPng(await readFile(at('run/latent.png')))).width).toBeGreaterThan(300);
  });

  test('draws rows as the table has them', async () => {
    const { code } = await vaekit(folder, 'sample', 'run', '--count', '500');
    expect(code).toBe(0);
    const [header, ...rows] = await lines('run/samples.csv');
    expect(header).toBe('customer,region,spent,plan,regular,joined');
    expect(rows).toHaveLength(500);
    const form = /^C-\d{4},EU,\d+\.\d\d,(gold|free|basic),(yes|no),2024-0\d-\d\d$/;
    expect(rows.filter((row) => !form.test(row))).toEqual([]);
    const gold = rows.filter((row) => row.includes(',gold,'));
    expect(gold.length / 500).toBeGreaterThan(0.2);
    expect(gold.length / 500).toBeLessThan(0.47);
    const dear = rows.filter((row) => Number(row.split(',')[2]) > 100);
    const both = gold.filter((row) => dear.includes(row));
    expect(both.length).toBeGreaterThan(0.6 * gold.length);
  });

  test('draws rows that meet conditions', async () => {
    const conditions = [
      '--where',
      'plan=free|gold',
      '--where',
      'spent>=100',
      '--where',
      'joined<=2024-05-01',
    ];
    const { code, stdout } = await vaekit(
      folder,
      'sample',
      'run',
      '--count',
      '40',
      ...conditions,
      '--out',
      'some.json',
    );
    expect([code, stdout]).toEqual([0, 'Written: some.json (40 rows of 6 columns)\n']);
    const rows = JSON.parse(await readFile(at('some.json'), 'utf8'));
    expect(rows).toHaveLength(40);
    for (const { plan, spent, joined } of rows) {
      expect(['free', 'gold']).toContain(plan);
      expect(spent).toBeGreaterThanOrEqual(100);
      expect(joined <= '2024-05-01').toBe(true);
    }
  });

  test.each([
    [
      ['--where', 'plam=free'],
      '--where "plam=free": write a column, then = or >= or <=, then a value, as in \'age>=40\'.',
    ],
    [
      ['--where', 'plan=silver'],
      'column \'plan\' has no category "silver". Known: basic, free, gold.',
    ],
    [
      ['--where', 'region=EU'],
      "Nothing is learnt of column 'region', which is constant. Leave it out.",
    ],
    [
      ['--where', 'plan>=free'],
      "column 'plan' is categorical: its values have no order. Give values with =.",
    ],
    [
      ['--where', 'spent>=much'],
      'column \'spent\' holds numbers, and "much" is none. Give a number.',
    ],
    [
      ['--where', 'joined>=soon'],
      'column \'joined\' holds dates, and "soon" is none as YYYY-MM-DD. Give such a date.',
    ],
    [
      ['--where', 'spent=1', '--where', 'spent=2'],
      "--where gives column 'spent' twice. Write several values as spent=2|….",
    ],
    [
      ['--where', 'spent>=100000', '--count', '3'],
      'Of 1044480 rows that were drawn, 0 are as they are wanted, where 3 were asked for.',
    ],
    [
      ['--out', 'rows.png'],
      'rows.png: rows of a table are no pictures. Write .csv or .parquet; quality draws them beside real ones.',
    ],
  ])('%j is refused in a line', async (options, line) => {
    const { code, stderr } = await vaekit(folder, 'sample', 'run', ...options);
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toContain(line);
  });

  test('writes each value beside its reconstruction', async () => {
    const { code } = await vaekit(folder, 'reconstruct', 'run', '--out', 'pairs.csv');
    expect(code).toBe(0);
    const [header, ...rows] = await lines('pairs.csv');
    expect(header).toBe(
      'customer,region,spent,spent (reconstructed),plan,plan (reconstructed),regular,regular (reconstructed),joined,joined (reconstructed)',
    );
    const original = await lines('customers.csv');
    rows.forEach((row, i) => {
      const cells = row.split(',');
      expect([0, 1, 2, 4, 6, 8].map((place) => cells[place]).join()).toBe(original[i + 1]);
      expect(cells[3]).toMatch(/^\d+\.\d\d$/);
    });
    const right = rows.filter((row) => row.split(',')[6] === row.split(',')[7]);
    expect(right.length).toBeGreaterThan(290);
  });

  test('writes latents with the names of the rows, and a map by any column', async () => {
    const { code } = await vaekit(
      folder,
      'encode',
      'run',
      '--out',
      'latents',
      '--map',
      'map.png',
      '--colour',
      'spent',
    );
    expect(code).toBe(0);
    const [header, first] = await lines('latents.csv');
    expect(header).toMatch(/^index,origin,customer,mean_0,/);
    expect(first).toMatch(/^0,row 1,C-0001,/);
    expect((await readPng(await readFile(at('map.png')))).width).toBeGreaterThan(300);
    const { stderr } = await vaekit(folder, 'encode', 'run', '--out', 'l', '--colour', 'spend');
    expect(stderr).toContain(
      "--colour: there is no column 'spend' that is learnt. Did you mean 'spent'?",
    );
  });

  test('tells the nats of its columns', async () => {
    const { stdout } = await vaekit(folder, 'evaluate', 'run', '--json');
    const { columns, reconstruction } = JSON.parse(stdout);
    expect(Object.keys(columns)).toEqual(['spent', 'plan', 'regular', 'joined']);
    const values = columns as Record<string, number>;
    const total = Object.entries(values).reduce(
      (sum, [name, nats]) => sum + nats * (name === 'spent' ? 0.9 : 1),
      0,
    );
    expect(Math.abs(total - reconstruction)).toBeLessThan(0.5);
  });
});

describe('other tables shown to a run', () => {
  const scored = async (name: string, text: readonly string[]) => {
    await writeFile(at(name), `${text.join('\n')}\n`);
    return vaekit(folder, 'score', 'run', '--data', name, '--json');
  };
  const [header = '', first = '', second = ''] = customers(2);

  test('one row is scored', async () => {
    const { code, stdout } = await scored('one.csv', [header, first]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).rows).toHaveLength(1);
  });

  test('another order of columns is the same', async () => {
    const turned = (line: string) => line.split(',').reverse().join();
    const [right, other] = [
      await scored('right.csv', [header, first, second]),
      await scored('turned.csv', [header, first, second].map(turned)),
    ];
    const scores = ({ stdout }: { stdout: string }) =>
      JSON.parse(stdout).rows.map(({ score }: { score: number }) => score);
    expect(scores(other)).toEqual(scores(right));
  });

  test('a new category is told, and taken as missing', async () => {
    const { code, stdout, stderr } = await scored('new.csv', [
      header,
      first.replace('gold', 'platinum'),
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain('platinum');
    expect(Number.isFinite(JSON.parse(stdout).rows[0].score)).toBe(true);
  });

  test('a column that is missing is told in a line', async () => {
    const without = (line: string) => line.split(',').slice(0, 4).join();
    const { code, stderr } = await scored('less.csv', [header, first, second].map(without));
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toMatch(/regular.*joined/);
  });
});

describe('tables that have little in them', () => {
  const trained = async (name: string, text: readonly string[]) => {
    await writeFile(at(name), `${text.join('\n')}\n`);
    return vaekit(
      folder,
      'train',
      '--data',
      name,
      '--out',
      name.replace('.csv', ''),
      '--epochs',
      '2',
    );
  };

  test.each([
    ['constant.csv', ['a,b', '1,x', '1,x', '1,x']],
    ['missing.csv', ['a,b', ',', ',', ',']],
    ['single.csv', ['a,b,c', '1.5,x,7']],
  ])('%s is refused in a line', async (name, text) => {
    const { code, stderr } = await trained(name, text);
    expect(code).toBe(2);
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .filter((line) => line.startsWith('vaekit:')),
    ).toHaveLength(1);
    expect(stderr).not.toContain('should not happen');
  });

  test('one column is learnt', async () => {
    const { code } = await trained('column.csv', [
      'height',
      ...Array.from({ length: 50 }, (_, i) => String(150 + ((i * 7) % 41))),
    ]);
    expect(code).toBe(0);
    await vaekit(folder, 'sample', 'column', '--count', '3');
    expect(await lines('column/samples.csv')).toHaveLength(4);
  });

  test('one latent is learnt, and draws no map', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${(i * 7) % 41},${i % 3}`);
    await writeFile(at('narrow.csv'), `a,b\n${rows.join('\n')}\n`);
    const { code } = await vaekit(
      folder,
      ...['train', '--data', 'narrow.csv', '--out', 'narrow', '--epochs', '2', '--latent', '1'],
    );
    expect([code, existsSync(at('narrow/latent.png'))]).toEqual([0, false]);
  });

  test('ten thousand categories are learnt, the rare ones together', async () => {
    const words = Array.from({ length: 12_000 }, (_, i) => `${i % 2},w${(i * 7919) % 10_000}`);
    const { code } = await trained('words.csv', ['y,word', ...words]);
    expect(code).toBe(0);
    const { code: drawn } = await vaekit(folder, 'sample', 'words', '--count', '200');
    expect(drawn).toBe(0);
    const [, ...rows] = await lines('words/samples.csv');
    expect(rows.every((row) => /^[01],w\d+$/.test(row))).toBe(true);
  });
});

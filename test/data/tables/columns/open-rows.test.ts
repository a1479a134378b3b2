import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRange } from '../../../../src/data/dataset.js';
import { datasets } from '../../../../src/index.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaekit-open-rows-'));
});

afterAll(() => rm(folder, { recursive: true }));

const lines = (...rows: readonly string[]) => `${rows.join('\n')}\n`;

async function valuesOf(data: datasets.Dataset): Promise<number[]> {
  return [...((await readRange(data, 0, data.size)).data as Float32Array)];
}

describe('rows that are larger than memory', () => {
  const count = 3000;
  const text = lines(
    'id,a,b',
    ...Array.from({ length: count }, (_, i) => `${i + 1},${i / 4},${['x', '', 'z'][i % 3]}`),
  );
  const options = { rows: 'table', memoryLimit: 4096 } as const;

  test('are kept as shards with their columns, names and cells', async () => {
    const path = join(folder, 'large.csv');
    const cache = join(folder, 'cache');
    await writeFile(path, text);
    const { train: small } = await datasets.openDataset(path, { rows: 'table', cells: true });
    const open = () => datasets.openDataset(path, { ...options, cache, cells: true });
    for (const { train } of [await open(), await open()]) {
      expect(train.table).toEqual(small.table);
      expect(train.columns).toEqual(small.columns);
      expect(await valuesOf(train)).toEqual(await valuesOf(small));
      expect(train.ids!.map(({ name, text }) => [name, text(1)])).toEqual([['id', '2']]);
      expect(train.cells!.map(({ name, text }) => [name, text(2)])).toEqual([
        ['a', '0.5'],
        ['b', 'z'],
      ]);
      expect(train.origin!(2)).toBe('row 3');
    }
    expect(await readdir(join(cache, 'shards'))).toHaveLength(1);
  });

  test('are kept apart by how they are read', async () => {
    const path = join(folder, 'large.csv');
    const cache = join(folder, 'cache');
    const { train } = await datasets.openDataset(path, { ...options, cache, columns: ['a', 'b'] });
    expect(train.table!.map(({ name }) => name)).toEqual(['a', 'b']);
    const vectors = await datasets.openDataset(path, { memoryLimit: 4096, cache });
    expect(vectors.train.columns).toEqual([{ name: 'a' }]);
    expect(await readdir(join(cache, 'shards'))).toHaveLength(3);
  });
});

test('a test part without labels is read without them', async () => {
  const place = join(folder, 'parts');
  await mkdir(place);
  await writeFile(join(place, 'train.csv'), lines('a,label', '1.5,x', '2.5,y', '4,x'));
  await writeFile(join(place, 'test.csv'), lines('a', '7', '8'));
  const { train, test: held } = await datasets.openDataset(place, { rows: 'table' });
  expect(Array.from(train.labels!)).toEqual([0, 1, 0]);
  expect(held!.labels).toBeUndefined();
  expect(await valuesOf(held!)).toEqual([7, Number.NaN, 8, Number.NaN]);
});

test('gaps of other parts are filled as in the training part', async () => {
  const place = join(folder, 'filled');
  await mkdir(place);
  await writeFile(join(place, 'train.csv'), lines('a,b', '1,x', '3,x', ',y'));
  await writeFile(join(place, 'test.csv'), lines('a,b', 'NA,', '100,y'));
  const data = await datasets.openDataset(place, { rows: 'table', missing: 'mean' });
  expect(await valuesOf(data.train)).toEqual([1, 0, 3, 0, 2, 1]);
  expect(await valuesOf(data.test!)).toEqual([2, 0, 100, 1]);
});

describe('rows in memory', () => {
  test('are read by the columns of a model', async () => {
    const rows = [
      { a: 1.5, when: new Date('2024-01-02'), kind: 'x' },
      { a: 2.5, when: new Date('2024-01-01'), kind: 'y' },
      { a: undefined, when: null, kind: 'z' },
    ];
    const { train } = await datasets.fromRows(rows);
    expect(train.table!.map(({ kind }) => kind)).toEqual(['continuous', 'date', 'categorical']);
    expect(await valuesOf(train)).toEqual([1.5, 1, 0, 2.5, 0, 1, Number.NaN, Number.NaN, 2]);
    const told: string[] = [];
    const other = await datasets.fromRows([{ kind: 'new', when: '2024-01-05', a: 3 }], {
      name: 'news',
      like: train.table,
      onProgress: (message) => told.push(message),
    });
    expect(await valuesOf(other.train)).toEqual([3, 4, Number.NaN]);
    expect(told).toEqual([
      'news: column "kind": "new" (1 row) not known from training, and taken as missing',
    ]);
  });

  test('tell a fault in one line', async () => {
    await expect(datasets.fromRows([])).rejects.toThrow('rows: there is no row in it');
    await expect(datasets.fromRows([{ a: 1 }, { a: Infinity }])).rejects.toThrow(
      'rows: row 2, column "a": Infinity is not a finite number',
    );
    await expect(
      datasets.fromRows([{ a: 1 }], { columns: { a: 'real' as 'count' } }),
    ).rejects.toThrow(/fromRows options\.columns\.a: it must be 'continuous'/);
  });
});

test('whole numbers that are spelt as fractions stay so', async () => {
  const text = lines('g,n', ...[3750, 3800, 3250].map((mass, i) => `${mass}.0,${i + 0.5}`));
  const path = join(folder, 'mass.csv');
  await writeFile(path, text);
  const { train } = await datasets.openDataset(path, { rows: 'table' });
  expect(train.table![0]).toMatchObject({ decimals: 0, leastDecimals: 1 });
  const rows = await datasets.TableRows.of(train.table!, Float32Array.of(3750.26, 1));
  expect(rows.text(0, 0)).toBe('3750.0');
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TableColumn } from '../../../../src/data/column.js';
import type { Dataset } from '../../../../src/data/dataset.js';
import type { TableEnding } from '../../../../src/data/tables/columns/table-files.js';
import { writeTable } from '../../../../src/data/tables/columns/write-table.node.js';
import { datasets } from '../../../../src/index.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaekit-rows-'));
});

afterAll(() => rm(folder, { recursive: true }));

const lines = (...rows: readonly string[]) => `${rows.join('\n')}\n`;

async function opened(name: string, content: string | Uint8Array, options = {}): Promise<Dataset> {
  const path = join(folder, name);
  await writeFile(path, content);
  return (await datasets.openDataset(path, { rows: 'table', ...options })).train;
}

async function valuesOf(data: Dataset): Promise<Float32Array> {
  const values = new Float32Array(data.size * data.shape[0]!);
  await data.read(
    Uint32Array.from({ length: data.size }, (_, i) => i),
    values,
  );
  return values;
}

/** The rows of a dataset, written again. */
async function written(data: Dataset, ending: TableEnding, isNew = false): Promise<string> {
  const path = join(folder, `written${ending}`);
  const ids = isNew ? undefined : data.ids;
  await writeTable(path, await datasets.TableRows.of(data.table!, await valuesOf(data), { ids }));
  return readFile(path, ending === '.parquet' ? 'latin1' : 'utf8');
}

describe('rows that are written are those that were read', () => {
  const days = ['2024-01-31', '2024-02-29', '', '2023-12-01', '2024-03-05'];
  const cases: readonly (readonly [string, string])[] = [
    [
      'numbers of one, two and no decimals',
      lines('a,b,c', '1.5,2.25,3', '2.5,10.50,4', '-0.5,0.25,12'),
    ],
    ['decimals that are always there', lines('a,b', '1.0,1', '2.5,2', '12.25,7')],
    ['large and small numbers', lines('a,b', '1234567,0.00025', '7654321,0.125', '1,0.5')],
    ['gaps', lines('a,b,c', '1.5,,x', ',3.5,', '2,1.25,y')],
    ['truths in capitals', lines('a,b', 'TRUE,1.5', 'FALSE,2.5', 'TRUE,4')],
    ['levels, and words in quotes', lines('a,b', '"x, y",1.5', '"say ""hi""",2.5', 'z,4')],
    ['line breaks in cells', 'a,b\n"x\ny",1.5\nz,2.5\n'],
    ['constants', lines('a,b,c', '7.50,1.5,k', '7.50,2.5,k')],
    ['zeros before numbers', lines('zip,b', '02134,1.5', '10001,2.5', '02134,4')],
    ['dates', lines('d,b', ...days.map((day, i) => `${day},${i + 0.5}`))],
    ['dates with points', lines('d,b', '31.1.2024,1.5', '1.12.2023,2.5')],
    ['times with seconds', lines('d,b', '2024-01-31 10:00:05,1.5', '2024-02-01 00:00:00,2.5')],
    [
      'times with parts of seconds',
      lines('d,b', '2024-01-31T10:00:05.250Z,1.5', '2024-01-31T10:00:06.750Z,2.5'),
    ],
    ['ids', lines('id,a', 'K-7,1.5', 'K-9,2.5', 'K-3,4')],
  ];

  test.each(cases)('%s', async (_, text) => {
    expect(await written(await opened('a.csv', text), '.csv')).toBe(text);
  });

  test('tabs', async () => {
    const text = lines('a\tb', '1.5\tx', '2.5\ty z');
    expect(await written(await opened('a.tsv', text), '.tsv')).toBe(text);
  });

  test.each(['.json', '.jsonl', '.parquet'] as const)('in %s, values and types', async (ending) => {
    const rows = [
      { a: 1.5, b: 'x', c: true, n: 3, k: '007' },
      { a: 2.25, b: 'y', c: false, n: null, k: '010' },
      { a: null, b: 'z', c: true, n: 4, k: '007' },
      { a: 7, b: null, c: true, n: 9, k: '007' },
    ];
    const { train } = await datasets.fromRows(rows);
    await written(train, ending);
    const again = await datasets.openDataset(join(folder, `written${ending}`), { rows: 'table' });
    expect(again.train.table).toEqual(train.table);
    expect(await valuesOf(again.train)).toEqual(await valuesOf(train));
  });

  test('in Parquet, dates are dates again', async () => {
    const d = [new Date('2024-01-01'), new Date('2024-02-29'), null];
    const t = d.map((date) => date && new Date(date.valueOf() + 3_600_000));
    const rows = d.map((date, i) => ({ date, time: t[i], n: i + 0.5 }));
    const { train } = await datasets.fromRows(rows);
    expect(train.table?.map(({ type }) => type)).toEqual(['date', 'date', 'number']);
    await written(train, '.parquet');
    const again = await datasets.openDataset(join(folder, 'written.parquet'), { rows: 'table' });
    expect(again.train.table).toEqual(train.table);
    const values = await valuesOf(again.train);
    const { objects } = { objects: (await datasets.TableRows.of(train.table!, values)).objects() };
    expect(objects).toEqual(rows);
  });
});

describe('rows that are drawn', () => {
  const of = (columns: readonly TableColumn[], values: readonly number[], seed = 0) =>
    datasets.TableRows.of(columns, Float32Array.from(values), { seed });

  const base = { missing: 0, type: 'number' } as const;

  test('are rounded as the column is, and held to its categories', async () => {
    const columns: TableColumn[] = [
      { ...base, name: 'c', kind: 'count' },
      { ...base, name: 'x', kind: 'continuous', decimals: 1 },
      { ...base, name: 'w', kind: 'categorical', type: 'text', categories: ['u', 'v'] },
    ];
    const rows = await of(columns, [2.6, 1.26, 0.4, -1, -0.01, 9]);
    expect(rows.objects()).toEqual([
      { c: 3, x: 1.3, w: 'u' },
      { c: 0, x: 0, w: 'v' },
    ]);
    expect(rows.text(1, 1)).toBe('0');
  });

  test('take rare categories by the rows that each had, the same for one seed', async () => {
    const column = {
      ...base,
      name: 'w',
      kind: 'categorical',
      type: 'text',
      categories: ['often'],
      rare: { a: 1, b: 3 },
    } as const;
    const count = 4000;
    const draw = async (seed: number) => {
      const rows = await of([column], Array(count).fill(1), seed);
      return rows.objects().map(({ w }) => w);
    };
    const words = await draw(1);
    const share = words.filter((word) => word === 'b').length / count;
    // Four deviations of a binomial share.
    expect(Math.abs(share - 0.75)).toBeLessThan(4 * Math.sqrt((0.75 * 0.25) / count));
    expect(await draw(1)).toEqual(words);
    expect(await draw(2)).not.toEqual(words);
  });

  test('have new ids of the same form', async () => {
    const x = { ...base, name: 'x', kind: 'continuous' } as const;
    const id = { ...base, kind: 'id', type: 'text' } as const;
    const columns: TableColumn[] = [
      { ...id, name: 'number', type: 'number' },
      { ...id, name: 'word' },
      { ...id, name: 'code', form: { prefix: 'C-', digits: 4 } },
      { ...id, name: 'uuid', form: 'uuid' },
      x,
    ];
    const [first, second] = (await of(columns, [1, 2])).objects();
    expect(first).toMatchObject({ number: 1, word: 'id-1', code: 'C-0001' });
    expect(second).toMatchObject({ number: 2, word: 'id-2', code: 'C-0002' });
    expect(first!.uuid).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(first!.uuid).not.toBe(second!.uuid);
  });

  test('keep the text of cells that are known', async () => {
    const text = lines('a,b', '1234567.125,x', ',y', '7654321.875,x');
    const data = await opened('a.csv', text, { cells: true });
    const values = await valuesOf(data);
    const known = (row: number, name: string) =>
      data.cells!.find((each) => each.name === name)!.text(row) || undefined;
    values[2] = 42;
    const rows = await datasets.TableRows.of(data.table!, values, { known });
    expect([0, 1, 2].map((row) => rows.text(row, 0))).toEqual([
      '1234567.125',
      '42.000',
      '7654321.875',
    ]);
    expect(rows.cell(0, 0)).toBe(1234567.125);
  });

  test('are refused where values are no whole rows, or the ending is none of a table', async () => {
    const column = { ...base, name: 'x', kind: 'continuous' } as const;
    await expect(of([column, { ...column, name: 'y' }], [1, 2, 3])).rejects.toThrow(
      '3 values are no whole number of rows of 2 columns',
    );
    await expect(writeTable('rows.xlsx', await of([column], [1]))).rejects.toThrow(
      /\.csv, .*Give a name/,
    );
  });

  test('as .npy are the values of the model', async () => {
    const column = { ...base, name: 'x', kind: 'continuous' } as const;
    const path = join(folder, 'values.npy');
    await writeTable(path, await of([column], [1.5, Number.NaN, 3]));
    const bytes = await readFile(path);
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + bytes.length - 12));
    expect(bytes.toString('latin1')).toContain("'shape': (3, 1)");
    expect([...values]).toEqual([1.5, Number.NaN, 3]);
  });
});

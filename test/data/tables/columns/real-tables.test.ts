import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readRange } from '../../../../src/data/dataset.js';
import { datasets } from '../../../../src/index.js';

/** The file of a table that the package `vega-datasets` ships. */
const fileOf = (name: string) =>
  fileURLToPath(new URL(`../../../../node_modules/vega-datasets/data/${name}`, import.meta.url));

const opened = async (name: string) =>
  (await datasets.openDataset(fileOf(name), { rows: 'table' })).train;

const kindsOf = ({ table }: datasets.Dataset) =>
  Object.fromEntries(table!.map(({ name, kind }) => [name, kind]));

async function rowsOf(data: datasets.Dataset) {
  const { data: values } = await readRange(data, 0, data.size);
  const { ids } = data;
  return datasets.TableRows.of(data.table!, values as Float32Array, { ids });
}

test('penguins: kinds, labels and gaps', async () => {
  const data = await opened('penguins.json');
  expect(kindsOf(data)).toEqual({
    Species: 'categorical',
    Island: 'categorical',
    'Beak Length (mm)': 'continuous',
    'Beak Depth (mm)': 'continuous',
    'Flipper Length (mm)': 'continuous',
    'Body Mass (g)': 'continuous',
    Sex: 'categorical',
  });
  expect(data.classNames).toEqual(['Adelie', 'Chinstrap', 'Gentoo']);
  expect(data.table![2]).toEqual({
    name: 'Beak Length (mm)',
    kind: 'continuous',
    type: 'number',
    missing: 2 / 344,
    range: [32.1, 59.6],
    decimals: 1,
  });
  const rows: unknown = JSON.parse(await readFile(fileOf('penguins.json'), 'utf8'));
  expect((await rowsOf(data)).objects()).toEqual(rows);
});

test('cars: levels, dates, and names of which most are rare', async () => {
  const data = await opened('cars.json');
  expect(kindsOf(data)).toMatchObject({
    Name: 'categorical',
    Miles_per_Gallon: 'continuous',
    Cylinders: 'ordinal',
    Year: 'date',
    Origin: 'categorical',
  });
  const [name, , cylinders] = data.table!;
  expect(name!.categories).toHaveLength(50);
  expect(Object.keys(name!.rare!)).toHaveLength(261);
  expect(cylinders!.categories).toEqual(['3', '4', '5', '6', '8']);
  const rows = JSON.parse(await readFile(fileOf('cars.json'), 'utf8')) as { Name: string }[];
  const withoutNames = (all: readonly object[]) => all.map((row) => ({ ...row, Name: '' }));
  expect(withoutNames((await rowsOf(data)).objects())).toEqual(withoutNames(rows));
});

test('weather: the file is written again, letter by letter', async () => {
  const rows = await rowsOf(await opened('seattle-weather.csv'));
  let text = '';
  for await (const piece of datasets.tablePieces(rows, '.csv')) text += piece;
  expect(text).toBe(await readFile(fileOf('seattle-weather.csv'), 'utf8'));
});

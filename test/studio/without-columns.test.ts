import { expect, test } from 'vitest';
import { datasets } from '../../src/index.js';
import { withoutColumns } from '../../studio/src/data/without-columns.js';

const rows = Array.from({ length: 40 }, (_, i) => ({
  id: `r-${i}`,
  size: i + 0.5,
  colour: ['red', 'green', 'blue'][i % 3]!,
  weight: 2 * i + 0.25,
}));

test('columns are left out of a table, of its rows and of their names', async () => {
  const opened = await datasets.fromRows(rows);
  const { train } = withoutColumns(opened, ['colour', 'id']);
  expect(train.table!.map(({ name }) => name)).toEqual(['size', 'weight']);
  expect(train.columns!.map(({ name }) => name)).toEqual(['size', 'weight']);
  expect(train.ids ?? []).toEqual([]);
  expect(train.shape).toEqual([2]);
  const { data } = await datasets.readRange(train, 3, 5);
  expect(Array.from(data as Float32Array)).toEqual([3.5, 6.25, 4.5, 8.25]);
});

test('one column must be left to learn from', async () => {
  const opened = await datasets.fromRows(rows);
  expect(() => withoutColumns(opened, ['size', 'colour', 'weight'])).toThrow(
    /all columns of which something can be learnt are left out/,
  );
});

import { expect, test } from 'vitest';
import type { TableColumn } from '../../src/data/column.js';
import { groupingBy } from '../../studio/src/views/explore/table/colour-by.js';

const column = (given: Partial<TableColumn>): TableColumn => ({
  name: 'x',
  kind: 'continuous',
  type: 'number',
  missing: 0,
  ...given,
});

test('numbers are grouped by their size, as many in each group, gaps apart', () => {
  const values = Float32Array.from([...Array.from({ length: 70 }, (_, i) => i), Number.NaN]);
  const { labels, names, looks } = groupingBy(column({}), values);
  expect(names).toEqual([
    ...['0 to 10', '10 to 20', '20 to 30', '30 to 40', '40 to 50', '50 to 60', '60 to 69'],
    'missing',
  ]);
  expect(Array.from(labels.subarray(0, 70))).toEqual(
    Array.from({ length: 70 }, (_, i) => Math.floor(i / 10)),
  );
  expect(labels[70]).toBe(7);
  expect(new Set(looks.map(({ colour }) => colour)).size).toBe(8);
});

test('numbers of few values have a group each', () => {
  const values = Float32Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 3 : 5));
  const { labels, names } = groupingBy(column({}), values);
  expect(names).toEqual(['3', '5']);
  expect(Array.from(labels.subarray(0, 4))).toEqual([0, 1, 0, 1]);
});

test('categories keep their order and names; of many, the rarest share a colour', () => {
  const few = column({ kind: 'categorical', type: 'text', categories: ['b', 'a'] });
  expect(groupingBy(few, Float32Array.from([1, 0, Number.NaN]))).toMatchObject({
    labels: Int32Array.from([1, 0, 2]),
    names: ['b', 'a', 'missing'],
  });
  const categories = Array.from({ length: 12 }, (_, i) => `c${i}`);
  const many = column({ kind: 'categorical', type: 'text', categories });
  // Category i comes i + 1 times: the three rarest are the first.
  const values = Float32Array.from(categories.flatMap((_, i) => new Array(i + 1).fill(i)));
  const { labels, names } = groupingBy(many, values);
  expect(names).toEqual([...['c11', 'c10', 'c9', 'c8', 'c7', 'c6', 'c5', 'c4', 'c3'], '3 others']);
  expect([labels[0], labels[1], labels[3], labels[77]]).toEqual([9, 9, 9, 0]);
});

test('groups of dates are named by days', () => {
  const date = { format: 'YYYY-MM-DD', origin: Date.UTC(2020, 0, 1), unit: 'day' } as const;
  const { names } = groupingBy(column({ kind: 'date', date }), Float32Array.from([0, 31]));
  expect(names).toEqual(['2020-01-01', '2020-02-01']);
});

import { expect, test } from 'vitest';
import { fromArray } from '../../../../src/data/dataset.js';
import { gapsOf, keptCells } from '../../../../src/data/tables/columns/kept-cells.js';

const none = Number.NaN;
const texts = { a: ['1', '', 'NA'], b: ['x', 'new', ''] };
const data = fromArray(Float32Array.from([1, 0, none, none, none, none]), [2], {
  columns: [{ name: 'a' }, { name: 'b' }],
  table: [],
  cells: Object.entries(texts).map(([name, cells]) => ({ name, text: (row) => cells[row]! })),
});

test('cells are kept as they were, but for gaps', () => {
  const known = keptCells(data);
  expect([known(0, 'a'), known(1, 'a'), known(2, 'a')]).toEqual(['1', undefined, undefined]);
  expect([known(1, 'b'), known(2, 'b'), known(0, 'c')]).toEqual(['new', undefined, undefined]);
});

test('gaps are values that are missing and have no text that stays', () => {
  const values = data.images.data as Float32Array;
  expect(gapsOf(values, data, keptCells(data))).toEqual([
    { name: 'a', count: 2 },
    { name: 'b', count: 1 },
  ]);
  expect(gapsOf(Float32Array.from([1, 2]), data, () => undefined)).toEqual([]);
});

import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { median } from '../../src/base/median.js';
import { fromArray } from '../../src/data/dataset.js';
import { oddColumns, rankedCsv, usualNats } from '../../src/report/ranked-rows.js';

const data = fromArray(new Float32Array(8), [2], {
  columns: [{ name: 'a' }, { name: 'b, c' }],
  ids: [{ name: 'id', text: (row) => `r${row}` }],
  origin: (row) => `row ${row + 1}`,
});

/** Nats of two columns; 0 where a value is missing. */
const columns = new Tensor('float32', Float32Array.from([1, 2, 1, 0, 1, 4, 9, 2]), [4, 2]);

test('the median is the middle of numbers, and 0 of none', () => {
  expect([median([3, 1, 2]), median([])]).toEqual([2, 0]);
});

test('the usual nats of a column are the median of the values that are there', () => {
  expect(usualNats(columns)).toEqual([1, 2]);
  expect(usualNats(undefined)).toEqual([]);
});

test('a row is odd by the columns over their usual nats, the most first', () => {
  const scored = { data, columns, usual: usualNats(columns) };
  expect(oddColumns(scored, 3)).toEqual([['a', 8]]);
  expect(oddColumns(scored, 2)).toEqual([['b, c', 2]]);
  expect(oddColumns(scored, 1)).toEqual([]);
});

test('rows are written in the order of a ranking', () => {
  const values = Float32Array.from([3, 1, 5, 11]);
  expect(rankedCsv({ data, values, columns }, [3, 2, 0, 1])).toBe(
    [
      'rank,index,origin,id,score,nats a,"nats b, c"',
      '1,3,row 4,r3,11,9,2',
      '2,2,row 3,r2,5,1,4',
      '3,0,row 1,r0,3,1,2',
      '4,1,row 2,r1,1,1,0',
      '',
    ].join('\n'),
  );
});

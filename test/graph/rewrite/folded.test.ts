import { expect, test } from 'vitest';
import { input, mean, mul, reshape, sum, transpose, type Value } from '../../../src/graph/index.js';
import { operationsOf } from '../../../src/graph/order.js';
import { optimize } from '../../../src/graph/rewrite/index.js';

const x = input('x', ['batch', 3, 4]);

/** The kinds of operators of the value as it runs, but for constants. */
const kinds = (value: Value) =>
  operationsOf(optimize([value]))
    .map(({ type }) => type)
    .filter((type) => type !== 'Constant');

test.each<[string, Value, string[]]>([
  ['reshapes', reshape(reshape(x, [-1, 12]), [-1, 6, 2]), ['Input', 'Reshape']],
  ['reshapes there and back', reshape(reshape(x, [-1, 12]), [-1, 3, 4]), ['Input']],
  ['transposes', transpose(transpose(x, [0, 2, 1]), [1, 0, 2]), ['Input', 'Transpose']],
  ['transposes there and back', transpose(transpose(x)), ['Input']],
  ['sums', sum(sum(x, { axes: [1] })), ['Input', 'ReduceSum']],
  [
    'a mean of a sum',
    mul(mean(sum(reshape(input('y', [6, 2]), [3, 4]), { axes: [1] })), 3),
    ['Input', 'ReduceSum'],
  ],
])('one of two: %s', (_, value, expected) => {
  expect(kinds(value).filter((type) => type !== 'Mul')).toEqual(expected);
});

test('a sum of a sum that keeps an axis stays two', () => {
  expect(kinds(sum(sum(x, { axes: [1] }), { axes: [1] }))).toEqual([
    'Input',
    'ReduceSum',
    'ReduceSum',
  ]);
});

import { expect, test } from 'vitest';
import { add, input, matmul, mul, reshape, sum, workingBytes } from '../../src/graph/index.js';

const x = input('x', ['batch', 10]);

test('counts the values that are there at the same time, of batches of any size', () => {
  const a = add(x, 1);
  const b = mul(a, 2);
  const c = mul(b, 3);
  // Each is let go of once the next is there.
  expect(workingBytes([c], 1)).toBe(2 * 40);
  expect(workingBytes([c], 7)).toBe(7 * 2 * 40);
  // The first is needed to the end.
  expect(workingBytes([add(c, a)], 1)).toBe(3 * 40);
  // An output stays.
  expect(workingBytes([a, c], 1)).toBe(3 * 40);
});

test('takes reshaped values for the same memory, and counts no inputs', () => {
  const a = reshape(add(x, 1), [-1]);
  expect(workingBytes([mul(a, 2)], 3)).toBe(2 * 3 * 40);
  expect(workingBytes([reshape(x, [-1])], 3)).toBe(0);
  const large = matmul(x, input('w', [10, 1000]));
  expect(workingBytes([sum(large, { axes: [1] })], 2)).toBe(2 * 4000 + 2 * 4);
});

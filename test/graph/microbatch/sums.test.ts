import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import {
  add,
  compile,
  div,
  exp,
  gemm,
  input,
  max,
  mean,
  mul,
  partedOver,
  size,
  square,
  sub,
  sum,
  type Value,
} from '../../../src/graph/index.js';

const x = input('x', ['batch', 3]);
const fixed = input('fixed', [3]);

const meanOf = (value: Value) => mean(value, { axes: [0] });
const sumOf = (value: Value) => sum(value, { axes: [0] });

describe('values taken apart', () => {
  test.each([
    ['a mean', [meanOf(x)], [true]],
    ['a function of a mean', [exp(meanOf(x))], [true]],
    ['a variance', [sub(meanOf(square(x)), square(meanOf(x)))], [true, true]],
    ['a quotient of sums', [div(sumOf(square(x)), sumOf(x))], [false, false]],
    ['a product over the rows', [exp(gemm(x, x, undefined, { transposeA: true }))], [false]],
    ['one sum of several values', [exp(sumOf(x)), mul(sumOf(x), fixed)], [false, false]],
    ['a value that examples do not move', [exp(fixed)], [true]],
  ])('%s', (_, values, areMeans) => {
    expect(partedOver(values, 'batch')?.parts.map(({ isMean }) => isMean)).toEqual(areMeans);
  });

  test.each([
    ['the largest of the batch', max(x, { axes: [0] })],
    ['a function of the number of examples', exp(size('batch'))],
    ['a value of each example', exp(x)],
    ['products of examples', gemm(x, x, undefined, { transposeB: true })],
  ])('not %s', (_, value) => {
    expect(partedOver([meanOf(x), value], 'batch')).toBeUndefined();
  });

  test('a declared sum is one', () => {
    const largest = max(x, { axes: [0] });
    const { parts } = partedOver([exp(largest)], 'batch', { sums: [largest] })!;
    expect(parts).toEqual([{ value: largest, isMean: false }]);
  });

  test('values are made again of others in the place of the parts', async () => {
    const [a, b] = [sumOf(square(x)), meanOf(x)];
    const parted = partedOver([mul(exp(a), fixed), add(a, exp(b))], 'batch')!;
    expect(parted.parts.map(({ value }) => value)).toEqual([a, b]);
    expect(parted.size).toBe(6);
    const wholes = [input('a', [3]), input('b', [3])];
    const [first, second] = parted.madeOf(wholes) as [Value, Value];
    const session = await compile({ inputs: [...wholes, fixed], outputs: { first, second } });
    const tensor = (...values: number[]) => new Tensor('float32', values, [3]);
    const feeds = { a: tensor(0, 1, 2), b: tensor(0, 0, 1), fixed: tensor(1, 2, 3) };
    const results = await session.run(feeds);
    await session.release();
    const close = (found: unknown, right: number[]) =>
      right.forEach((value, i) => {
        expect((found as Float32Array)[i]).toBeCloseTo(value, 4);
      });
    close(results.first!.data, [1, 2 * Math.E, 3 * Math.E ** 2]);
    close(results.second!.data, [1, 2, 2 + Math.E]);
  });
});

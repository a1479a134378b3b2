import { describe, expect, it } from 'vitest';
import { constant, gradient, type Value } from '../../src/graph/index.js';
import * as operators from '../../src/graph/operators/index.js';
import { evaluate } from './evaluate.js';

const { gemm, logSumExp, mul, pow, prod, sum } = operators;

/** Values and gradients of a function of one tensor; the target is the sum. */
async function both(
  build: (x: Value) => Value,
  data: readonly number[],
  shape: readonly number[] = [data.length],
  dtype: 'float32' | 'float64' = 'float64',
) {
  const { y, g } = await evaluate(
    (x) => {
      const y = build(x!);
      return { y, g: gradient(sum(y), [x!])[0]! };
    },
    [{ shape, data }],
    dtype,
  );
  const plain = (list: readonly number[]) => list.map((each) => each + 0);
  return { value: plain(y!.data), slope: plain(g!.data) };
}

const plain = (x: Value) => mul(x, constant(1, [], x.dtype));

describe('prod', () => {
  // The derivatives of PyTorch 2.
  it.each<[readonly number[], readonly number[]]>([
    [
      [0, 2, 3],
      [6, 0, 0],
    ],
    [
      [2, 0, 5],
      [0, 10, 0],
    ],
    [
      [0, 0, 3],
      [0, 0, 0],
    ],
    [[0], [1]],
    [
      [-2, 3, 0.5],
      [1.5, -1, -6],
    ],
  ])('of %j has the derivative %j', async (data, slope) => {
    expect((await both((x) => prod(x), data)).slope).toEqual(slope);
    expect((await both((x) => prod(x), data, undefined, 'float32')).slope).toEqual(slope);
  });

  it('takes the zeros of each row by themselves', async () => {
    const { value, slope } = await both((x) => prod(x, { axes: [1] }), [0, 2, 3, 4, 0, 0], [3, 2]);
    expect(value).toEqual([0, 12, 0]);
    expect(slope).toEqual([2, 0, 4, 3, 0, 0]);
  });
});

describe('pow', () => {
  it('with the exponent 0 has the derivative 0 by its base, at 0 too', async () => {
    for (const exponent of [0, constant([0, 0, 0], [3], 'float64')]) {
      expect(await both((x) => pow(x, exponent), [0, 2, -1])).toEqual({
        value: [1, 1, 1],
        slope: [0, 0, 0],
      });
    }
  });

  it('has the derivative log a · aᵇ by its exponent, and its limit at 0', async () => {
    const base = constant([0, 0, 2, 0], [4], 'float64');
    const { slope } = await both((b) => pow(base, b), [0, 2, 3, -1]);
    expect(slope.slice(0, 2)).toEqual([0, 0]);
    expect(slope[2]).toBeCloseTo(8 * Math.LN2, 12);
    expect(slope[3]).toBe(-Infinity);
  });
});

describe('logSumExp', () => {
  it.each(['float32', 'float64'] as const)('is −∞ where all are, %s', async (dtype) => {
    const data = [-Infinity, -Infinity, 0, -Infinity];
    const { value, slope } = await both((x) => logSumExp(x, { axes: [1] }), data, [2, 2], dtype);
    expect(value).toEqual([-Infinity, 0]);
    expect(slope).toEqual([0, 0, 1, 0]);
  });

  it('is ∞ where one is, and keeps numbers far from 0', async () => {
    const rows = [Infinity, 1, 1e300, 1e300, -1e300, -1e300];
    const { value } = await both((x) => logSumExp(x, { axes: [1] }), rows, [3, 2]);
    expect(value).toEqual([Infinity, 1e300, -1e300]);
  });
});

describe('float64 programs', () => {
  it('keep a number that a product is multiplied by', async () => {
    const matrix = { shape: [1, 1], data: [1] };
    const builds: ((a: Value, b: Value) => Value)[] = [
      (a, b) => mul(gemm(mul(a, 0.1), b), 0.3),
      (a, b) => gemm(a, mul(b, 0.1)),
      (a, b) => gemm(a, b, undefined, { alpha: 0.1 }),
      (a, b) => gemm(a, b, constant(0.7, [], 'float64'), { alpha: 0.1 }),
    ];
    const results: number[] = [];
    for (const build of builds) {
      const { y } = await evaluate((a, b) => ({ y: build(a!, b!) }), [matrix, matrix]);
      results.push(y!.data[0]!);
    }
    expect(results).toEqual([0.1 * 0.3, 0.1, 0.1, 0.1 + 0.7]);
  });

  it('keep a slope and an ε, which operators hold as float32 numbers', async () => {
    const { leaky } = await evaluate(
      (x) => ({ leaky: operators.leakyRelu(plain(x!), 0.1) }),
      [{ shape: [2], data: [-1, 2] }],
    );
    expect(leaky!.data).toEqual([-0.1, 2]);
    const { normal } = await evaluate(
      (x) => ({ normal: operators.layerNormalization(x!, undefined, undefined, 1, 0.1) }),
      [{ shape: [1, 2], data: [0, 2] }],
    );
    expect(normal!.data[1]).toBeCloseTo(1 / Math.sqrt(1.1), 15);
  });
});

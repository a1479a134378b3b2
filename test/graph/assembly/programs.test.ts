import { describe, expect, test } from 'vitest';
import * as graph from '../../../src/graph/index.js';
import { assembledResults, type Build, both, distance, type Given } from './running.js';

const { add, sub, mul, div, gemm, matmul, reshape, transpose, concat, sum, prod, max, min } = graph;

/** Numbers that differ from place to place. */
function numbers(...dims: number[]): Given {
  const count = dims.reduce((all, size) => all * size, 1);
  const data = Float32Array.from({ length: count }, (_, i) => Math.sin(7 * i + count) * 1.5);
  return { shape: dims, dims, data };
}

const bytes = (...dims: number[]): Given => ({
  ...numbers(...dims),
  data: Uint8Array.from(numbers(...dims).data, (_, i) => (i * 37) & 255),
});

const batched = (given: Given): Given => ({ ...given, shape: ['batch', ...given.dims.slice(1)] });

const cases: Readonly<Record<string, readonly [Build, ...Given[]]>> = {
  'numbers and rows spread over a matrix': [
    (x, row, column, one) => ({
      y: add(mul(x!, row!), mul(column!, one!)),
      z: div(sub(x!, column!), 3),
    }),
    numbers(5, 7),
    numbers(7),
    numbers(5, 1),
    numbers(1),
  ],
  'a shape that is spread': [
    (x) => ({
      y: mul(graph.broadcastLike(x!, graph.constant(new Float32Array(24), [2, 3, 4])), 2),
    }),
    numbers(3, 1),
  ],
  'bytes as numbers': [
    (x) => ({ y: graph.dequantize(x!, 1 / 255), z: sum(graph.cast(x!, 'float32'), { axes: [1] }) }),
    batched(bytes(3, 21)),
  ],
  'bytes in a product': [
    (x, w) => ({ y: gemm(graph.cast(x!, 'float32'), w!) }),
    bytes(3, 9),
    numbers(9, 5),
  ],
  'axes in another order, and cut': [
    (x) => {
      const turned = transpose(x!, [2, 0, 1]);
      const [left, right] = graph.split(turned, [1, 3], 0);
      return {
        turned,
        left: mul(left!, 2),
        right: add(right!, left!),
        flat: mul(reshape(turned, [4, 6]), 3),
        cut: graph.slice(x!, [
          { axis: 1, start: 1, end: 3 },
          { axis: 2, start: 0, end: 4, step: 2 },
        ]),
      };
    },
    numbers(2, 3, 4),
  ],
  'pieces put together': [
    (x, w) => {
      const product = gemm(x!, w!);
      const joined = concat([x!, product, mul(x!, 2)], 1);
      const flat = concat(
        [reshape(product, [-1]), sum(x!, { axes: [0] }), reshape(mul(x!, 0.5), [-1])],
        0,
      );
      return { joined, again: add(joined, 1), flat, squares: mul(flat, flat), product };
    },
    numbers(4, 6),
    numbers(6, 3),
  ],
  sums: [
    (x) => ({
      rows: sum(x!, { axes: [2] }),
      columns: sum(x!, { axes: [0] }),
      'in the middle': sum(x!, { axes: [1] }),
      all: sum(x!),
      'of squares': sum(mul(x!, x!), { axes: [1, 2], keepDims: true }),
      mean: graph.mean(x!, { axes: [0, 2] }),
    }),
    numbers(5, 6, 9),
  ],
  'products, the largest and the smallest': [
    (x) => ({
      product: prod(add(mul(x!, 0.1), 1), { axes: [1] }),
      largest: max(x!, { axes: [0] }),
      smallest: min(x!, { axes: [1], keepDims: true }),
      'over one': max(x!),
    }),
    batched(numbers(6, 13)),
  ],
  'sums over parts of the same numbers': [
    (x) => {
      const s = graph.logistic(x!);
      const groups = reshape(graph.maximum(s, sub(1, s)), ['batch', 7, 16]);
      return {
        whole: sum(s, { axes: [1] }),
        parts: prod(groups, { axes: [2] }),
        each: sub(s, x!),
        logs: sum(graph.log(prod(groups, { axes: [2] })), { axes: [1] }),
      };
    },
    batched(numbers(3, 112)),
  ],
  'a choice by truth values': [
    (x, y) => {
      const isMore = graph.and(graph.greater(x!, y!), graph.not(graph.equal(x!, 0)));
      return { y: graph.where(isMore, x!, mul(y!, 2)), ones: graph.cast(isMore, 'float32') };
    },
    numbers(3, 10),
    numbers(10),
  ],
  'functions of functions': [
    (x) => ({
      y: graph.softplus(x!),
      z: graph.log(add(graph.exp(x!), graph.sqrt(graph.abs(graph.tanh(x!))))),
      w: graph.sigmoid(x!),
      more: graph.logSumExp(x!, { axes: [1] }),
    }),
    numbers(4, 11),
  ],
  'one number': [(x) => ({ y: mul(x!, graph.size('batch')), z: sum(x!) }), batched(numbers(1, 1))],
};

describe('a program has the runtime’s numbers', () => {
  test.for(Object.entries(cases))('with %s', async ([, [build, ...given]]) => {
    for (const [name, result] of Object.entries(await both(build, given))) {
      expect(distance(result), name).toBeLessThan(1e-6);
    }
  });
});

const turns = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

/** Sizes that all kinds of blocks take part in, and all remainders. */
const rows = [1, 2, 7];
const depths = [1, 4, 11];
const columns = [1, 3, 4, 29];

/** A matrix by its rows, turned first. */
const entry = ({ dims, data }: Given, isTurned: boolean) =>
  isTurned
    ? (row: number, column: number) => data[column * dims[1]! + row]!
    : (row: number, column: number) => data[row * dims[1]! + column]!;

test.for(turns)('products of matrices of all sizes, turned %s and %s', async ([a, b]) => {
  for (const n of rows) {
    for (const k of depths) {
      for (const m of columns) {
        const options = { transposeA: a, transposeB: b };
        const [x, w] = [numbers(...(a ? [k, n] : [n, k])), numbers(...(b ? [m, k] : [k, m]))];
        const [row, column] = [numbers(m), numbers(n, 1)];
        const build: Build = (left, right, below, beside) => ({
          plain: gemm(left!, right!, undefined, options),
          row: gemm(left!, right!, below!, { ...options, alpha: 0.5 }),
          column: gemm(left!, right!, beside!, options),
        });
        const results = (await assembledResults(build, [x, w, row, column]))!;
        const [left, right] = [entry(x, a), entry(w, b)];
        const product = Float32Array.from({ length: n * m }, (_, i) => {
          const terms = Array.from(
            { length: k },
            (_, l) => left(Math.floor(i / m), l) * right(l, i % m),
          );
          return terms.reduce((total, each) => total + each);
        });
        const expected: Record<string, Float32Array> = {
          plain: product,
          row: product.map((each, i) => each / 2 + row.data[i % m]!),
          column: product.map((each, i) => each + column.data[Math.floor(i / m)]!),
        };
        for (const [name, runtime] of Object.entries(expected)) {
          const assembled = results[name]!.data as Float32Array;
          const off = distance({ assembled, runtime, dims: [n, m] });
          expect(off, `${name} [${n}, ${k}] · [${k}, ${m}]`).toBeLessThan(1e-6);
        }
      }
    }
  }
});

test('a long chain of operators needs no deep stack', async () => {
  const build: Build = (x) => {
    let y = x!;
    for (let i = 0; i < 250; i++) y = sub(mul(y, 1.001), mul(y, y));
    return { y };
  };
  const given = { ...numbers(3), data: Float32Array.of(0.1, 0.2, 0.3) };
  expect(distance((await both(build, [given])).y!)).toBeLessThan(1e-6);
});

test('of anything else, and of very many operators, there is no function', async () => {
  const x = numbers(2, 3, 4);
  const images = numbers(1, 1, 4, 4);
  const builds: readonly (readonly [Build, Given])[] = [
    [(each) => ({ y: graph.softmax(each!) }), x],
    [(each) => ({ y: graph.cast(graph.argMax(each!, 1), 'float32') }), x],
    [(each) => ({ y: matmul(each!, transpose(each!, [0, 2, 1])) }), x],
    [(each) => ({ y: graph.cumulativeSum(each!, 1) }), x],
    [(each) => ({ y: graph.erf(each!) }), x],
    [
      (each) => {
        let y = each!;
        for (let i = 0; i < 2000; i++) y = mul(y, y);
        return { y };
      },
      x,
    ],
    [
      (each) => {
        const isMore = graph.greater(each!, 0);
        return { y: graph.cast(graph.equal(isMore, graph.less(each!, 1)), 'float32') };
      },
      x,
    ],
    [(each) => ({ y: graph.cast(graph.cast(each!, 'float64'), 'float32') }), x],
    [
      (each) => ({
        y: graph.maxPool2d(each!, { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }),
      }),
      images,
    ],
  ];
  for (const [build, given] of builds) {
    expect(await assembledResults(build, [given])).toBeUndefined();
  }
});

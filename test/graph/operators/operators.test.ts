import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import {
  constant,
  type DType,
  input,
  type Shape,
  size,
  type Value,
} from '../../../src/graph/index.js';
import * as operators from '../../../src/graph/operators/index.js';
import { feed } from '../differences.js';
import { evaluate, type Feed, type Result, resolve } from '../evaluate.js';

const {
  add,
  argMax,
  argMin,
  broadcastLike,
  cast,
  clip,
  concat,
  cumulativeSum,
  dequantize,
  div,
  flatten,
  gather,
  gatherElements,
  full,
  gemm,
  matmul,
  mul,
  oneHot,
  pad,
  reshape,
  scatterAdd,
  shapeOf,
  slice,
  softmax,
  split,
  squeeze,
  stack,
  stopGradient,
  sum,
  transpose,
  unsqueeze,
  where,
  withGradient,
} = operators;

/** A shape with row-major numbers. */
type Numbers = Pick<Feed, 'shape' | 'data'>;
type Index = readonly number[];

/** A tensor from a function of the index. */
function table(shape: readonly number[], at: (index: Index) => number): Numbers {
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  const data = Array.from({ length: count }, (_, place) => {
    const index: number[] = [];
    let rest = place;
    for (const dimension of [...shape].reverse()) {
      index.unshift(rest % dimension);
      rest = Math.floor(rest / dimension);
    }
    return at(index);
  });
  return { shape, data };
}

/** The element at an index, broadcast by NumPy's rule: aligned at the end, axes of size 1 repeat. */
function read({ shape, data }: Numbers, index: Index): number {
  const aligned = index.slice(index.length - shape.length);
  const place = shape.reduce(
    (sofar, dimension, axis) => sofar * dimension + (dimension === 1 ? 0 : aligned[axis]!),
    0,
  );
  return data[place]!;
}

/** A function of broadcast elements. */
function elementwise(f: (...x: number[]) => number) {
  return (...operands: Numbers[]): Numbers => {
    const rank = Math.max(...operands.map(({ shape }) => shape.length));
    const shape = Array.from({ length: rank }, (_, axis) =>
      Math.max(...operands.map((x) => x.shape[axis - rank + x.shape.length] ?? 1)),
    );
    return table(shape, (index) => f(...operands.map((x) => read(x, index))));
  };
}

/** A function of the list of elements along the axes. */
function reduction(f: (list: number[]) => number, axes: readonly number[], keepDims: boolean) {
  return (x: Numbers): Numbers => {
    const kept = x.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
    const inside = x.shape.map((dimension, axis) => (axes.includes(axis) ? dimension : 1));
    const { data } = table(kept, (outer) => {
      const list: number[] = [];
      table(inside, (inner) =>
        list.push(
          read(
            x,
            outer.map((place, axis) => place + inner[axis]!),
          ),
        ),
      );
      return f(list);
    });
    return { data, shape: keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis)) };
  };
}

const total = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
const average = (list: readonly number[]) => total(list) / list.length;

interface Case {
  readonly build: (...inputs: Value[]) => Value;
  readonly feeds: readonly Feed[];
  readonly reference: (...feeds: Numbers[]) => Numbers;
  readonly dtype?: DType;
}

function of(build: Case['build'], reference: Case['reference'], ...feeds: Feed[]): Case {
  return { build, reference, feeds };
}

/** A case as by `of`, for numbers known in full. */
function is(build: Case['build'], shape: Index, data: readonly number[], ...feeds: Feed[]): Case {
  return of(build, () => ({ shape, data }), ...feeds);
}

type Range = readonly [low: number, high: number];

function unary(
  operator: (x: Value) => Value,
  f: (x: number) => number,
  [low, high]: Range = [-2, 2],
  dtype: DType = 'float64',
): Case[] {
  return [
    feed([], low, high),
    feed([2, 3], low, high),
    feed([3, 2], low, high, ['batch', 2]),
    { shape: [0, 2], data: [] },
  ].map((fed) => ({ ...of((x) => operator(x!), elementwise(f), fed), dtype }));
}

const pairs: readonly (readonly [Index, Index])[] = [
  [[], []],
  [[2, 3], []],
  [[], [2, 3]],
  [[3], [2, 3]],
  [
    [2, 1],
    [1, 3],
  ],
  [
    [1, 2, 1],
    [2, 3],
  ],
];

function binary(
  operator: (a: Value, b: Value) => Value,
  f: (a: number, b: number) => number,
  dtypes: readonly DType[] = ['float64', 'float32', 'int32', 'int64'],
): Case[] {
  const numbers = (shape: Index, dtype: DType, seed: number): Feed => {
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    const small = Array.from({ length: count }, (_, i) => ((i * seed) % 4) + 1);
    return { shape, data: dtype === 'bool' ? small.map((x) => x % 2) : small, dtype };
  };
  const fixed = dtypes.flatMap((dtype) =>
    pairs.map(([a, b]) =>
      of((x, y) => operator(x!, y!), elementwise(f), numbers(a, dtype, 5), numbers(b, dtype, 3)),
    ),
  );
  const [dtype] = dtypes as [DType];
  return [
    ...fixed,
    of(
      (x, y) => operator(x!, y!),
      elementwise(f),
      { ...numbers([2, 3], dtype, 5), symbolic: ['batch', 3] },
      { ...numbers([2, 1], dtype, 3), symbolic: ['batch', 1] },
    ),
  ];
}

function reduced(
  operator: (x: Value, options: operators.ReductionOptions) => Value,
  f: (list: number[]) => number,
  [low, high]: Range = [-1, 1],
): Case[] {
  const axes: [readonly number[] | undefined, Index][] = [
    [undefined, [0, 1, 2]],
    [[1], [1]],
    [[-1], [2]],
    [
      [2, 0],
      [0, 2],
    ],
    [[1, -2], [1]],
  ];
  return axes.flatMap(([given, normal]) =>
    [false, true].flatMap((keepDims) => {
      const options = given ? { axes: given, keepDims } : { keepDims };
      return [feed([2, 3, 2], low, high), feed([3, 2, 2], low, high, ['batch', 2, 2])].map((fed) =>
        of((x) => operator(x!, options), reduction(f, normal, keepDims), fed),
      );
    }),
  );
}

/** log Γ(x) by Euler's product, with n! nˣ for the first n factors and the next terms of its error. */
function logGamma(x: number): number {
  const n = 100_000;
  let total =
    x * Math.log(n) + (x * (x + 1)) / (2 * n) - (x * (x + 1) * (2 * x + 1)) / (12 * n * n);
  for (let k = 1; k <= n; k++) total += Math.log(k / (x + k));
  return total - Math.log(x);
}

/** ψ(x) by its series (https://dlmf.nist.gov/5.7#E6), the rest of it by an integral. */
function digamma(x: number): number {
  const n = 10_000;
  let total = Math.log((n + x - 0.5) / (n + 0.5)) - 0.5772156649015329;
  for (let k = 0; k < n; k++) total += 1 / (k + 1) - 1 / (k + x);
  return total;
}

/** erf by its Maclaurin series. */
function erf(x: number): number {
  let term = x;
  let value = x;
  for (let n = 1; n < 60; n++) {
    term *= -(x * x) / n;
    value += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * value;
}

function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

const bit = (condition: boolean) => (condition ? 1 : 0);
const logSumExp = (list: number[]) => Math.log(total(list.map(Math.exp)));
const deviations = (list: number[]) => list.map((x) => (x - average(list)) ** 2);

/** The list of elements along one axis through an index. */
const line = (x: Numbers, index: Index, axis: number) =>
  Array.from({ length: x.shape[axis]! }, (_, place) => read(x, index.with(axis, place)));

const alongAxis =
  (axis: number, f: (list: number[], place: number) => number) =>
  (x: Numbers): Numbers =>
    table(x.shape, (index) => f(line(x, index, axis), index[axis]!));

const product =
  (transposeA = false, transposeB = false) =>
  (a: Numbers, b: Numbers, c?: Numbers): Numbers => {
    const inner = a.shape.at(transposeA ? -2 : -1)!;
    const [n, m] = [a.shape.at(transposeA ? -1 : -2)!, b.shape.at(transposeB ? -2 : -1)!];
    const batch = elementwise(() => 0)(
      ...[a, b].map(({ shape }) => table(shape.slice(0, -2), () => 0)),
    ).shape;
    return table([...batch, n, m], (index) => {
      const [outer, i, j] = [index.slice(0, -2), index.at(-2)!, index.at(-1)!];
      const terms = Array.from(
        { length: inner },
        (_, k) =>
          read(a, [...outer, ...(transposeA ? [k, i] : [i, k])]) *
          read(b, [...outer, ...(transposeB ? [j, k] : [k, j])]),
      );
      return total(terms) + (c ? read(c, index) : 0);
    });
  };

const whole = (data: readonly number[], shape: Index = [data.length], dtype: DType = 'int64') => ({
  shape,
  data,
  dtype,
});

const cube = feed([2, 3, 2]);
const batched = (shape: readonly number[]) => feed(shape, -1, 1, ['batch', ...shape.slice(1)]);
const ramp = (...shape: number[]): Feed => ({
  shape,
  data: table(shape, () => 0).data.map((_, place) => place),
});

const values: Readonly<Record<string, readonly Case[]>> = {
  add: binary(add, (a, b) => a + b),
  sub: binary(operators.sub, (a, b) => a - b),
  mul: binary(operators.mul, (a, b) => a * b),
  div: [
    ...binary(div, (a, b) => a / b, ['float64', 'float32']),
    ...binary(div, (a, b) => Math.trunc(a / b), ['int32', 'int64']),
  ],
  pow: binary(operators.pow, (a, b) => a ** b),
  minimum: binary(operators.minimum, Math.min),
  maximum: binary(operators.maximum, Math.max),
  greater: binary(operators.greater, (a, b) => bit(a > b)),
  greaterOrEqual: binary(operators.greaterOrEqual, (a, b) => bit(a >= b)),
  less: binary(operators.less, (a, b) => bit(a < b)),
  lessOrEqual: binary(operators.lessOrEqual, (a, b) => bit(a <= b)),
  equal: binary(operators.equal, (a, b) => bit(a === b), [
    ...(['float64', 'float32', 'int32', 'int64', 'uint8', 'bool'] as const),
  ]),
  and: binary(operators.and, (a, b) => a & b, ['bool']),
  or: binary(operators.or, (a, b) => a | b, ['bool']),
  xor: binary(operators.xor, (a, b) => a ^ b, ['bool']),
  not: [
    of(
      (x) => operators.not(x!),
      elementwise((x) => 1 - x),
      whole([0, 1, 1], [3], 'bool'),
    ),
  ],

  negate: unary(operators.negate, (x) => -x),
  abs: unary(operators.abs, Math.abs),
  exp: unary(operators.exp, Math.exp),
  log: unary(operators.log, Math.log, [0.1, 3]),
  sqrt: unary(operators.sqrt, Math.sqrt, [0, 3]),
  reciprocal: unary(operators.reciprocal, (x) => 1 / x, [0.2, 2]),
  floor: unary(operators.floor, Math.floor),
  ceil: unary(operators.ceil, Math.ceil),
  round: [
    ...unary(operators.round, roundHalfToEven),
    is((x) => operators.round(x!), [5], [-2, -0, 0, 2, 2], {
      shape: [5],
      data: [-1.5, -0.5, 0.5, 1.5, 2.5],
    }),
  ],
  sign: [
    ...unary(operators.sign, Math.sign),
    is((x) => operators.sign(x!), [3], [-1, 0, 1], { shape: [3], data: [-7, 0, 0.1] }),
  ],
  step: [
    ...unary(operators.step, (x) => (x > 0 ? 1 : 0)),
    ...unary(operators.step, (x) => (x > 0 ? 1 : 0), [-1, 1], 'float32'),
  ],
  sin: unary(operators.sin, Math.sin),
  cos: unary(operators.cos, Math.cos),
  tan: [
    ...unary(operators.tan, Math.tan, [-1, 1]),
    ...unary(operators.tan, Math.tan, [-1, 1], 'float32'),
  ],
  asin: [
    ...unary(operators.asin, Math.asin, [-1, 1]),
    ...unary(operators.asin, Math.asin, [-1, 1], 'float32'),
  ],
  acos: [
    ...unary(operators.acos, Math.acos, [-1, 1]),
    ...unary(operators.acos, Math.acos, [-1, 1], 'float32'),
  ],
  atan: [
    ...unary(operators.atan, Math.atan, [-3, 3]),
    ...unary(operators.atan, Math.atan, [-3, 3], 'float32'),
  ],
  sinh: [
    ...unary(operators.sinh, Math.sinh, [-2, 2]),
    ...unary(operators.sinh, Math.sinh, [-2, 2], 'float32'),
  ],
  cosh: [
    ...unary(operators.cosh, Math.cosh, [-2, 2]),
    ...unary(operators.cosh, Math.cosh, [-2, 2], 'float32'),
  ],
  tanh: unary(operators.tanh, Math.tanh),
  asinh: [
    ...unary(operators.asinh, Math.asinh, [-2, 2]),
    ...unary(operators.asinh, Math.asinh, [-2, 2], 'float32'),
  ],
  acosh: [
    ...unary(operators.acosh, Math.acosh, [1, 3]),
    ...unary(operators.acosh, Math.acosh, [1, 3], 'float32'),
  ],
  atanh: [
    ...unary(operators.atanh, Math.atanh, [-0.9, 0.9]),
    ...unary(operators.atanh, Math.atanh, [-0.9, 0.9], 'float32'),
  ],
  erf: unary(operators.erf, erf, [-2, 2], 'float32'),
  logGamma: unary(operators.logGamma, logGamma, [0.3, 12]),
  digamma: unary(operators.digamma, digamma, [0.3, 12]),
  sigmoid: unary(operators.sigmoid, (x) => 1 / (1 + Math.exp(-x)), [-5, 5]),
  logistic: unary(operators.logistic, (x) => 1 / (1 + Math.exp(-x)), [-5, 5]),
  relu: unary(operators.relu, (x) => Math.max(x, 0)),
  square: unary(operators.square, (x) => x * x),
  softplus: [
    ...unary(operators.softplus, (x) => Math.log1p(Math.exp(x)), [-5, 5]),
    // Numbers far out: no overflow, no infinity.
    is((x) => operators.softplus(x!), [4], [0, 0, 50, 1000], {
      shape: [4],
      data: [-1000, -50, 50, 1000],
    }),
  ],

  where: [
    ...(['float64', 'float32', 'int32', 'int64', 'uint8'] as const).map((dtype) =>
      of(
        (c, a, b) => where(c!, a!, b!),
        elementwise((c, a, b) => (c ? a! : b!)),
        whole([1, 0], [2, 1], 'bool'),
        whole([1, 2, 3], [3], dtype),
        whole([7], [], dtype),
      ),
    ),
    is((c) => where(c!, 1, 2), [2], [1, 2], whole([1, 0], [2], 'bool')),
  ],
  clip: [
    ...unary(
      (x) => clip(x, -0.5, 1),
      (x) => Math.min(Math.max(x, -0.5), 1),
    ),
    is((x) => clip(x!, 2, 3), [3], [2, 2, 3], whole([1, 2, 9], [3], 'int32')),
  ],
  cast: [
    is((x) => cast(x!, 'int32'), [4], [-1, 0, 0, 1], { shape: [4], data: [-1.7, -0.2, 0.9, 1] }),
    is((x) => cast(x!, 'float32'), [2], [3, 200], whole([3, 200], [2], 'uint8')),
    is((x) => cast(x!, 'bool'), [3], [1, 0, 1], { shape: [3], data: [-2, 0, 0.5] }),
    is((x) => cast(x!, 'int64'), [2], [0, 1], whole([0, 1], [2], 'bool')),
    is((x) => cast(x!, 'float64'), [1], [0.5], { shape: [1], data: [0.5] }),
  ],
  dequantize: [
    of(
      (x) => dequantize(x!, 0.25),
      elementwise((x) => x / 4),
      { ...whole([0, 1, 128, 255], [2, 2], 'uint8'), symbolic: ['batch', 2] },
    ),
  ],
  stopGradient: unary(stopGradient, (x) => x),
  withGradient: unary((x) => withGradient(operators.exp(x), [x], (g) => [g]), Math.exp),

  sum: [
    ...reduced(sum, total),
    is((x) => sum(x!), [], [6], whole([1, 2, 3], [3], 'int32')),
    is((x) => sum(x!), [], [6], whole([1, 2, 3])),
    is((x) => sum(x!), [], [4], feed([], 4, 4)),
    is((x) => sum(x!, { axes: [0] }), [2], [0, 0], { shape: [0, 2], data: [] }),
  ],
  max: [
    ...reduced(operators.max, (list) => Math.max(...list)),
    is((x) => operators.max(x!), [], [3], whole([1, 3, 2], [3], 'int32')),
  ],
  min: reduced(operators.min, (list) => Math.min(...list)),
  prod: reduced(operators.prod, (list) => list.reduce((a, b) => a * b, 1)),
  mean: [
    ...reduced(operators.mean, average),
    of(
      (x) => operators.mean(sum(x!, { axes: [1, 2] })),
      (x) => ({ shape: [], data: [total(x.data) / 2] }),
      cube,
    ),
    of(
      (x) => operators.mean(sum(x!, { axes: [1] })),
      (x) => ({ shape: [], data: [total(x.data) / 3] }),
      batched([3, 2]),
    ),
  ],
  variance: reduced(operators.variance, (list) => average(deviations(list))),
  logSumExp: [
    ...reduced(operators.logSumExp, logSumExp),
    is((x) => operators.logSumExp(x!), [], [1000 + Math.log(2)], {
      shape: [2],
      data: [1000, 1000],
    }),
    is((x) => operators.logSumExp(x!), [], [-1000], { shape: [2], data: [-1000, -2000] }),
  ],
  sumLogOfHalfToOne: [
    [2, 4],
    [2, 3, 2],
    [1, 241],
    [3, 120],
    [2, 250],
  ].map((shape) =>
    of(
      (x) => operators.sumLogOfHalfToOne(x!),
      (x) =>
        reduction(
          (list) => total(list.map(Math.log)),
          [1],
          false,
        )({
          shape: [x.shape[0]!, x.data.length / x.shape[0]!],
          data: x.data,
        }),
      feed(shape, 0.5, 1, ['batch', ...shape.slice(1)]),
    ),
  ),
  softmax: [
    ...[0, 1, 2].map((axis) =>
      of(
        (x) => softmax(x!, axis),
        alongAxis(axis, (list, place) => Math.exp(list[place]! - logSumExp(list))),
        cube,
      ),
    ),
    of(
      (x) => softmax(x!),
      alongAxis(1, (list, place) => Math.exp(list[place]! - logSumExp(list))),
      batched([2, 3]),
    ),
    is((x) => softmax(x!), [2], [1, 0], { shape: [2], data: [1000, -1000] }),
  ],
  logSoftmax: [
    ...[0, 1, -1].map((axis) =>
      of(
        (x) => operators.logSoftmax(x!, axis),
        alongAxis((axis + 3) % 3, (list, place) => list[place]! - logSumExp(list)),
        cube,
      ),
    ),
    is((x) => operators.logSoftmax(x!), [2], [0, -2000], { shape: [2], data: [1000, -1000] }),
  ],
  cumulativeSum: [0, -1].flatMap((axis) => [
    of(
      (x) => cumulativeSum(x!, axis),
      alongAxis((axis + 3) % 3, (list, place) => total(list.slice(0, place + 1))),
      cube,
    ),
    of(
      (x) => cumulativeSum(x!, axis, { reverse: true }),
      alongAxis((axis + 2) % 2, (list, place) => total(list.slice(place))),
      batched([2, 3]),
    ),
  ]),
  argMax: [
    of(
      (x) => argMax(x!, -1),
      reduction((list) => list.indexOf(Math.max(...list)), [2], false),
      cube,
    ),
    is((x) => argMax(x!, 0), [], [1], whole([1, 3, 3], [3], 'int32')),
  ],
  argMin: [
    of(
      (x) => argMin(x!, 1),
      reduction((list) => list.indexOf(Math.min(...list)), [1], false),
      cube,
    ),
    is((x) => argMin(x!, 0), [2], [1, 0], { ...feed([2, 2]), data: [3, 1, 2, 1] }),
  ],

  matmul: [
    of((a, b) => matmul(a!, b!), product(), feed([2, 3]), feed([3, 4])),
    of((a, b) => matmul(a!, b!), product(), feed([2, 1, 2, 3]), feed([3, 3, 2])),
    of((a, b) => matmul(a!, b!), product(), batched([3, 1, 2]), feed([2, 4])),
    of((a, b) => matmul(a!, b!), product(), feed([4, 2]), batched([3, 2, 1])),
    of(
      (a, b) => matmul(a!, b!),
      product(),
      whole([1, 2, 3, 4], [2, 2], 'int32'),
      whole([5, 6], [2, 1], 'int32'),
    ),
  ],
  gemm: [false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB) => {
      const a = feed(transposeA ? [3, 2] : [2, 3]);
      const b = feed(transposeB ? [4, 3] : [3, 4]);
      const reference = product(transposeA, transposeB);
      return [
        of((x, y) => gemm(x!, y!, undefined, { transposeA, transposeB }), reference, a, b),
        of(
          (x, y) => mul(gemm(x!, y!, undefined, { transposeA, transposeB, alpha: 4 }), 0.25),
          reference,
          a,
          b,
        ),
        ...[[2, 4], [1, 4], [2, 1], [4], [1], []].map((shape) =>
          of(
            (x, y, c) => gemm(x!, y!, c, { transposeA, transposeB }),
            reference,
            a,
            b,
            feed(shape, -2, 1),
          ),
        ),
      ];
    }),
  ),

  reshape: [
    of(
      (x) => reshape(x!, [3, 4]),
      ({ data }) => ({ shape: [3, 4], data }),
      cube,
    ),
    of(
      (x) => reshape(x!, [-1, 6]),
      ({ data }) => ({ shape: [2, 6], data }),
      cube,
    ),
    of(
      (x) => reshape(x!, []),
      ({ data }) => ({ shape: [], data }),
      feed([1, 1]),
    ),
    of(
      (x) => reshape(x!, ['batch', 6]),
      ({ data }) => ({ shape: [3, 6], data }),
      batched([3, 2, 3]),
    ),
    of(
      (x) => reshape(x!, ['batch', -1]),
      ({ data }) => ({ shape: [3, 6], data }),
      batched([3, 2, 3]),
    ),
    of(
      (x) => reshape(x!, [-1, 3]),
      ({ data }) => ({ shape: [6, 3], data }),
      batched([3, 2, 3]),
    ),
    of(
      (x) => reshape(x!, [2, '3*batch']),
      ({ data }) => ({ shape: [2, 9], data }),
      batched([3, 2, 3]),
    ),
    of(
      (x) => reshape(x!, ['time', 'batch', 2]),
      ({ data }) => ({ shape: [3, 2, 2], data }),
      feed([2, 3, 2], -1, 1, ['batch', 'time', 2]),
    ),
    of(
      (x) => reshape(reshape(x!, [-1, 2]), ['time', -1]),
      ({ data }) => ({ shape: [3, 4], data }),
      feed([2, 3, 2], -1, 1, ['batch', 'time', 2]),
    ),
    of(
      (x) => reshape(x!, [0, 2]),
      ({ data }) => ({ shape: [0, 2], data }),
      { shape: [2, 0], data: [] },
    ),
  ],
  flatten: [
    of(
      (x) => flatten(x!),
      ({ data }) => ({ shape: [2, 6], data }),
      cube,
    ),
    of(
      (x) => flatten(x!, 0),
      ({ data }) => ({ shape: [12], data }),
      cube,
    ),
    of(
      (x) => flatten(x!, 2),
      ({ data, shape }) => ({ shape, data }),
      cube,
    ),
    of(
      (x) => flatten(x!),
      ({ data }) => ({ shape: [3, 1], data }),
      feed([3]),
    ),
    of(
      (x) => flatten(x!),
      ({ data }) => ({ shape: [3, 4], data }),
      batched([3, 2, 2]),
    ),
  ],
  transpose: [
    ...[
      [2, 0, 1],
      [0, 2, 1],
      [2, 1, 0],
    ].flatMap((order) => {
      const reference = (x: Numbers) =>
        table(
          order.map((axis) => x.shape[axis]!),
          (index) =>
            read(
              x,
              order.map((_, axis) => index[order.indexOf(axis)]!),
            ),
        );
      return [cube, batched([2, 3, 2])].map((fed) =>
        of((x) => transpose(x!, order), reference, fed),
      );
    }),
    of(
      (x) => transpose(transpose(x!, [1, 2, 0]), [2, 0, 1]),
      (x) => x,
      cube,
    ),
    is((x) => transpose(x!), [3, 2], [0, 3, 1, 4, 2, 5], ramp(2, 3)),
    is((x) => transpose(x!, [-1, 0]), [2, 1], [1, 0], whole([1, 0], [1, 2], 'bool')),
  ],
  squeeze: [
    of(
      (x) => squeeze(x!, [1, -1]),
      ({ data }) => ({ shape: [2], data }),
      feed([2, 1, 1]),
    ),
    of(
      (x) => squeeze(x!, [1]),
      ({ data }) => ({ shape: [2], data }),
      batched([2, 1]),
    ),
  ],
  unsqueeze: [
    of(
      (x) => unsqueeze(x!, [0, -1]),
      ({ data }) => ({ shape: [1, 2, 3, 1], data }),
      feed([2, 3]),
    ),
    of(
      (x) => unsqueeze(x!, [1]),
      ({ data }) => ({ shape: [2, 1], data }),
      batched([2]),
    ),
  ],
  concat: [
    is((a, b) => concat([a!, b!], 1), [2, 3], [0, 1, 0, 2, 3, 1], ramp(2, 2), ramp(2, 1)),
    is((a, b) => concat([a!, b!, a!], 0), [4], [0, 0, 1, 0], ramp(1), ramp(2)),
    of(
      (a, b) => concat([a!, b!], -1),
      (a, b) =>
        table([2, 5], ([row, column]) =>
          column! < 2 ? read(a!, [row!, column!]) : read(b!, [row!, column! - 2]),
        ),
      batched([2, 2]),
      batched([2, 3]),
    ),
  ],
  stack: [
    is((a, b) => stack([a!, b!]), [2, 2], [0, 1, 5, 6], ramp(2), { shape: [2], data: [5, 6] }),
    is((a, b) => stack([a!, b!], -1), [2, 2], [0, 5, 1, 6], ramp(2), { shape: [2], data: [5, 6] }),
    is((a) => stack([a!]), [1, 2], [0, 1], ramp(2)),
  ],
  split: [0, 1, 2].map((part) =>
    of(
      (x) => split(x!, [1, 2, 1], -1)[part]!,
      (x) => {
        const width = [1, 2, 1][part]!;
        return table([3, width], ([row, column]) => read(x!, [row!, column! + [0, 1, 3][part]!]));
      },
      batched([3, 4]),
    ),
  ),
  slice: [
    is((x) => slice(x!, [{ axis: 0, start: 1, end: 4 }]), [3], [1, 2, 3], ramp(5)),
    is((x) => slice(x!, [{ axis: 0, start: -2 }]), [2], [3, 4], ramp(5)),
    is((x) => slice(x!, [{ axis: 0, end: -3 }]), [2], [0, 1], ramp(5)),
    is((x) => slice(x!, [{ axis: 0, step: 2 }]), [3], [0, 2, 4], ramp(5)),
    is((x) => slice(x!, [{ axis: 0, start: 1, step: 3 }]), [2], [1, 4], ramp(5)),
    is((x) => slice(x!, [{ axis: 0, start: -9, end: 99 }]), [5], [0, 1, 2, 3, 4], ramp(5)),
    is((x) => slice(x!, [{ axis: 0, start: 4, end: 2 }]), [0], [], ramp(5)),
    is(
      (x) =>
        slice(x!, [
          { axis: -1, start: 2 },
          { axis: 0, step: 2 },
        ]),
      [1, 1],
      [2],
      ramp(2, 3),
    ),
    of(
      (x) => slice(x!, [{ axis: 1, step: 2 }]),
      (x) => table([2, 2], ([row, column]) => read(x!, [row!, 2 * column!])),
      batched([2, 3]),
    ),
  ],
  pad: [
    is((x) => pad(x!, [1, 0], [0, 2], 9), [2, 3], [9, 9, 9, 0, 9, 9], ramp(1, 1)),
    of(
      (x) => pad(x!, [0, 1], [0, 0]),
      (x) => table([2, 4], ([row, column]) => (column ? read(x!, [row!, column - 1]) : 0)),
      batched([2, 3]),
    ),
    is((x) => pad(x!, [0], [1], 5), [3], [1, 2, 5], whole([1, 2], [2], 'int32')),
  ],
  broadcastLike: [
    of(
      (x, y) => broadcastLike(x!, y!),
      (x, y) => table(y!.shape, (index) => read(x!, index)),
      feed([3, 1]),
      cube,
    ),
    of(
      (x, y) => broadcastLike(x!, y!),
      (x, y) => table(y!.shape, (index) => read(x!, index)),
      feed([]),
      batched([2, 3]),
    ),
    is((x, y) => broadcastLike(x!, y!), [3], [1, 1, 1], whole([1], [1], 'bool'), {
      ...feed([3]),
      symbolic: ['batch'],
    }),
    of(
      (x, y) => broadcastLike(x!, reshape(y!, [-1, 2])),
      (x, y) => table([y!.data.length / 2, 2], (index) => read(x!, index)),
      feed([2]),
      feed([2, 3, 2], -1, 1, ['batch', 'time', 2]),
    ),
  ],
  full: [
    is(() => full(2, [2, 2]), [2, 2], [2, 2, 2, 2], feed([])),
    is(
      (x) => add(full(3, x!.shape, x!.dtype), mul(x!, 0)),
      [4, 3],
      Array(12).fill(3),
      batched([4, 3]),
    ),
    is((x) => full(1, [x!.shape[0]!, 1]), [4, 1], [1, 1, 1, 1], batched([4, 3])),
    is(() => full(7, [1, 1], 'int32'), [1, 1], [7], feed([])),
  ],
  shapeOf: [
    is((x) => shapeOf(x!), [3], [2, 3, 2], cube),
    is((x) => shapeOf(x!), [2], [4, 3], batched([4, 3])),
    is((x) => shapeOf(x!), [0], [], feed([])),
    is((x) => shapeOf(reshape(x!, [-1])), [1], [12], batched([4, 3])),
    is(
      (x) => shapeOf(reshape(x!, [-1, 2])),
      [2],
      [6, 2],
      feed([2, 3, 2], -1, 1, ['batch', 'time', 2]),
    ),
  ],
  gather: [
    is((x, at) => gather(x!, at!), [2, 2], [4, 5, 0, 1], ramp(3, 2), whole([2, 0])),
    is((x, at) => gather(x!, at!, 1), [2, 2, 1], [2, 0, 5, 3], ramp(2, 3), whole([2, -3], [2, 1])),
    is((x, at) => gather(x!, at!), [2], [2, 3], ramp(3, 2), whole([1], [])),
    is((x, at) => gather(x!, at!), [1, 2], [2, 3], ramp(3, 2), whole([1], [1], 'int32')),
    is((x, at) => gather(x!, at!), [2], [7, 7], whole([7, 8], [2], 'uint8'), {
      ...whole([0, 0]),
      symbolic: ['picks'],
    }),
  ],
  gatherElements: [
    is(
      (x, at) => gatherElements(x!, at!, 0),
      [1, 3],
      [3, 1, 5],
      ramp(2, 3),
      whole([1, 0, 1], [1, 3]),
    ),
    is((x, at) => gatherElements(x!, at!, -1), [2, 1], [2, 3], ramp(2, 3), whole([-1, 0], [2, 1])),
  ],
  scatterAdd: [
    is(
      (x, at, updates) => scatterAdd(x!, at!, updates!, 0),
      [3],
      [0, 31, 2],
      ramp(3),
      whole([1, 1]),
      { shape: [2], data: [10, 20] },
    ),
  ],
  oneHot: [
    is((x) => oneHot(x!, 3, 'float64'), [2, 3], [0, 0, 1, 1, 0, 0], whole([2, 0], [2], 'int32')),
    is((x) => oneHot(x!, 2), [2, 2], [0, 1, 0, 0], { ...whole([1, 5]), symbolic: ['batch'] }),
  ],
};

/** Exports that are no operators. */
const others = [
  ...['dtypeCodes', 'reducedAxes', 'axesSize', 'unitWindow'],
  // Tested in convolution.test.ts.
  ...['conv2d', 'convTranspose2d', 'convWeightGradient'],
  // Tested against PyTorch in nn/layers.test.ts, with their gradients.
  ...['maxPool2d', 'maxUnpool2d', 'averagePool2d', 'upsampleNearest', 'upsampleBilinear'],
  ...['batchNormalization', 'normalizeWith', 'layerNormalization', 'groupNormalization'],
  ...['leakyRelu', 'elu'],
];

function expectClose(actual: Result, { shape, data }: Numbers, tolerance: number): void {
  expect(actual.dims).toEqual(shape);
  expect(actual.data).toHaveLength(data.length);
  data.forEach((expected, i) => {
    const error = Math.abs(actual.data[i]! - expected);
    expect(
      error <= tolerance * (1 + Math.abs(expected)),
      `element ${i} is ${actual.data[i]}, not ${expected}`,
    ).toBe(true);
  });
}

describe('values and shapes', () => {
  it.each(Object.keys(values))('of %s', async (name) => {
    for (const { build, feeds, reference, dtype = 'float64' } of values[name]!) {
      let inferred: Shape = [];
      const { y } = await evaluate(
        (...inputs) => {
          const y = build(...inputs);
          inferred = y.shape;
          return { y };
        },
        feeds,
        dtype,
      );
      expect(resolve(inferred, feeds)).toEqual(y!.dims);
      const single = [dtype, ...feeds.map((fed) => fed.dtype)].includes('float32');
      expectClose(y!, reference(...feeds), single ? 2e-6 : 1e-12);
    }
  });

  it('are tested for every exported operator', () => {
    expect([...Object.keys(values), ...others].sort()).toEqual(Object.keys(operators).sort());
  });

  it('of constants alone are as the runtime computes them', async () => {
    const { sub, mul, pow, minimum, maximum } = operators;
    const numeric = { add, sub, mul, div, pow, minimum, maximum };
    for (const dtype of ['float64', 'float32', 'int32', 'int64'] as const) {
      for (const [name, operator] of Object.entries(numeric)) {
        for (const [a, b] of [
          [7, 2],
          [-7, 2],
          [1, 3],
        ] as const) {
          if (name === 'pow' && dtype.startsWith('int') && b < 0) continue;
          const { folded, run } = await evaluate(
            (x, y) => ({
              folded: operator(constant(a, [], dtype), constant(b, [], dtype)),
              run: operator(x!, y!),
            }),
            [whole([a], [], dtype), whole([b], [], dtype)],
          );
          expectClose(folded!, { shape: [], data: run!.data }, dtype === 'float32' ? 1e-7 : 1e-15);
        }
      }
    }
  });

  it('of sizes, in each dtype', async () => {
    for (const dtype of ['float32', 'float64', 'int32', 'int64'] as const) {
      const results = await evaluate(
        () => ({
          known: size(7, dtype),
          batch: size('batch', dtype),
          many: size('5*batch', dtype),
          both: size('2*batch*time', dtype),
        }),
        [feed([3, 2], -1, 1, ['batch', 'time'])],
      );
      expect(Object.values(results).map(({ data }) => data[0])).toEqual([7, 3, 15, 12]);
    }
  });

  it('axesSize counts the elements that a reduction is over', async () => {
    const { n } = await evaluate(
      (x) => ({ n: operators.axesSize(x!, operators.reducedAxes(x!, [-1, 0], 'test')) }),
      [batched([4, 2, 3])],
    );
    expect(n).toEqual({ dims: [], data: [12] });
  });

  it('are the other operand where one adds 0 or multiplies by 1', () => {
    const x = input('x', ['batch', 3]);
    for (const same of [
      add(x, 0),
      add(0, x),
      operators.sub(x, 0),
      operators.mul(x, 1),
      operators.mul(1, x),
      div(x, 1),
    ]) {
      expect(same).toBe(x);
    }
    expect(reshape(x, [-1, 3])).toBe(x);
    expect(transpose(x, [0, 1])).toBe(x);
    expect(cast(x, 'float32')).toBe(x);
    expect(slice(x, [{ axis: 1 }])).toBe(x);
    expect(pad(x, [0, 0], [0, 0])).toBe(x);
    expect(broadcastLike(x, x)).toBe(x);
    expect(concat([x], 0)).toBe(x);
    expect(split(x, [3], 1)).toEqual([x]);
    expect(squeeze(x, [])).toBe(x);
    expect(unsqueeze(x, [])).toBe(x);
    expect(sum(input('s', []))).toEqual(input('s', []));
  });
});

describe('errors', () => {
  const a = input('a', ['batch', 3]);
  const b = input('b', [4, 2]);
  const integers = input('n', [4, 3], 'int32');
  const double = input('d', ['batch', 3], 'float64');
  const bytes = input('u', [2], 'uint8');
  const bools = input('c', [2], 'bool');
  const places = input('p', [2, 2], 'int64');

  it.each<[string, () => unknown, string]>([
    [
      'shapes of add',
      () => add(a, b),
      'Add: shapes [batch, 3] and [4, 2] do not broadcast together.',
    ],
    [
      'symbols of add',
      () => add(a, input('t', ['time', 3])),
      'Add: shapes [batch, 3] and [time, 3] do not broadcast together.',
    ],
    [
      'shapes of where',
      () => where(bools, a, 1),
      'Where: shapes [2] and [batch, 3] do not broadcast together.',
    ],
    [
      'dtypes of mul',
      () => operators.mul(a, double),
      'Mul takes values of one dtype, not float32 and float64. Use cast() on one.',
    ],
    ['bytes added', () => add(bytes, 1), 'Add takes numbers, not uint8. Use cast() first.'],
    [
      'a fraction for an integer',
      () => operators.mul(integers, 0.5),
      'A constant of dtype int32 cannot hold 0.5. Use another dtype.',
    ],
    [
      'a negative byte',
      () => operators.equal(bytes, -1),
      'A constant of dtype uint8 cannot hold -1. Use another dtype.',
    ],
    [
      'exp of integers',
      () => operators.exp(integers),
      'Exp takes floating-point values, not int32. Use cast() first.',
    ],
    [
      'a comparison of bools',
      () => operators.greater(bools, bools),
      'Greater takes numbers, not bool. Use cast() first.',
    ],
    [
      'and of numbers',
      () => operators.and(integers, integers),
      'And takes bools, not int32. Use cast() first.',
    ],
    ['not of numbers', () => operators.not(a), 'Not takes bools, not float32. Use cast() first.'],
    [
      'a condition of numbers',
      () => where(a, 1, 0),
      'Where takes bools, not float32. Use cast() first.',
    ],
    [
      'a choice of bools',
      () => where(bools, bools, bools),
      'Where takes values other than bools, not bool. Use cast() first.',
    ],
    ['clip of bools', () => clip(bools, 0, 1), 'Clip takes numbers, not bool. Use cast() first.'],
    [
      'dequantize of floats',
      () => dequantize(a, 1),
      'dequantize takes uint8 values, not float32. Use cast() first.',
    ],
    ['sum of bytes', () => sum(bytes), 'ReduceSum takes numbers, not uint8. Use cast() first.'],
    [
      'mean of integers',
      () => operators.mean(integers),
      'mean takes floating-point values, not int32. Use cast() first.',
    ],
    [
      'an axis of sum',
      () => sum(a, { axes: [2] }),
      'ReduceSum: there is no axis 2 in a value of rank 2.',
    ],
    [
      'an axis of softmax',
      () => softmax(a, -3),
      'softmax: there is no axis -3 in a value of rank 2.',
    ],
    [
      'an axis of logSumExp',
      () => operators.logSumExp(a, { axes: [5] }),
      'logSumExp: there is no axis 5 in a value of rank 2.',
    ],
    [
      'an axis that is no whole number',
      () => argMax(a, 0.5),
      'ArgMax: there is no axis 0.5 in a value of rank 2.',
    ],
    [
      'cumulativeSum of bytes',
      () => cumulativeSum(bytes, 0),
      'cumulativeSum takes numbers, not uint8. Use cast() first.',
    ],
    [
      'inner sizes of matmul',
      () => matmul(a, b),
      'matmul: shapes [batch, 3] and [4, 2] do not fit: 3 against 4.',
    ],
    [
      'a vector in matmul',
      () => matmul(a, input('v', [3])),
      'matmul takes matrices, not shapes [batch, 3] and [3]. Use reshape() first.',
    ],
    [
      'batches of matmul',
      () => matmul(input('x', [2, 1, 3]), input('y', [4, 3, 1])),
      'matmul: shapes [2] and [4] do not broadcast together.',
    ],
    [
      'dtypes of matmul',
      () => matmul(a, cast(integers, 'float64')),
      'matmul takes values of one dtype, not float32 and float64. Use cast() on one.',
    ],
    [
      'inner sizes of gemm',
      () => gemm(a, b, undefined, { transposeB: true }),
      'gemm: shapes [batch, 3] and [4, 2] do not fit: 3 against 2.',
    ],
    [
      'gemm of integers',
      () => gemm(integers, integers),
      'gemm takes floating-point values, not int32. Use cast() first.',
    ],
    [
      'a bias of gemm',
      () => gemm(a, input('w', [3, 2]), input('c', [3])),
      'gemm: shapes [batch, 2] and [3] do not broadcast together.',
    ],
    [
      'a bias of gemm that is too large',
      () => gemm(a, input('w', [3, 1]), input('c', [2])),
      'gemm: c of shape [2] does not broadcast to [batch, 1].',
    ],
    ['reshape', () => reshape(b, [3, 3]), 'reshape: [4, 2] does not fit [3, 3].'],
    ['reshape with -1', () => reshape(b, [-1, 3]), 'reshape: [4, 2] does not fit [-1, 3].'],
    [
      'reshape with two of -1',
      () => reshape(b, [-1, -1]),
      'reshape: [4, 2] does not fit [-1, -1].',
    ],
    [
      'reshape of a symbol to a number',
      () => reshape(a, [6]),
      'reshape: [batch, 3] does not fit [6].',
    ],
    [
      'reshape to another symbol',
      () => reshape(a, ['time', 3]),
      'reshape: [batch, 3] does not fit [time, 3].',
    ],
    ['an order of axes', () => transpose(a, [0]), 'transpose: [0] is not an order of 2 axes.'],
    ['an axis twice', () => transpose(a, [1, -1]), 'transpose: axis 1 is named twice.'],
    [
      'squeeze of a larger axis',
      () => squeeze(a, [1]),
      'squeeze: axis 1 of [batch, 3] is not of size 1.',
    ],
    ['unsqueeze twice', () => unsqueeze(a, [0, -4]), 'unsqueeze: axis 0 is named twice.'],
    ['nothing to concat', () => concat([], 0), 'concat takes at least one value.'],
    [
      'shapes of concat',
      () => concat([b, integers], 0),
      'concat along axis 0: float32 [4, 2] and int32 [4, 3] do not fit.',
    ],
    [
      'concat of batches',
      () => concat([a, a], 0),
      'concat: axis 0 of [batch, 3] has no static size.',
    ],
    [
      'sizes of split',
      () => split(a, [1, 1], 1),
      'split: sizes [1, 1] do not add up to axis 1 of [batch, 3].',
    ],
    [
      'slice of a batch',
      () => slice(a, [{ axis: 0, end: 1 }]),
      'slice: axis 0 of [batch, 3] has no static size.',
    ],
    [
      'slice backwards',
      () => slice(a, [{ axis: 1, step: -1 }]),
      'slice: step must be a whole number from 1, not -1.',
    ],
    [
      'slice of an axis twice',
      () => slice(b, [{ axis: 1 }, { axis: -1 }]),
      'slice: axis 1 is named twice.',
    ],
    [
      'pad of a batch',
      () => pad(a, [1, 0], [0, 0]),
      'pad: axis 0 of [batch, 3] has no static size.',
    ],
    [
      'pad by too few counts',
      () => pad(b, [1], [1]),
      'pad: [1] before and [1] after do not fit [4, 2]. Give each axis a count of 0 or more.',
    ],
    [
      'pad by less than nothing',
      () => pad(b, [0, -1], [0, 0]),
      'pad: [0, -1] before and [0, 0] after do not fit [4, 2]. Give each axis a count of 0 or more.',
    ],
    [
      'broadcastLike a smaller value',
      () => broadcastLike(a, input('v', [3])),
      'broadcastLike: [batch, 3] does not broadcast to [3].',
    ],
    [
      'gather by floats',
      () => gather(b, a),
      'gather takes int32 or int64 indices, not float32. Use cast() first.',
    ],
    [
      'gatherElements by int32',
      () => gatherElements(a, integers, 0),
      'gatherElements takes int64 indices, not int32. Use cast() first.',
    ],
    [
      'gatherElements of another rank',
      () => gatherElements(input('v', [3]), places, 0),
      'gatherElements: indices of shape [2, 2] do not have the rank of [3].',
    ],
    [
      'scatterAdd of other updates',
      () => scatterAdd(b, places, input('s', [2, 1]), 0),
      'scatterAdd: indices of shape [2, 2] and updates of shape [2, 1] differ.',
    ],
    [
      'oneHot of floats',
      () => oneHot(a, 3),
      'oneHot takes int32 or int64 indices, not float32. Use cast() first.',
    ],
    [
      'a constant of too few values',
      () => constant([1, 2], [3]),
      'A constant of shape [3] holds 3 values, not 2.',
    ],
    [
      'a constant divided by 0',
      () => div(constant(1, [], 'int32'), 0),
      'A constant of dtype int32 cannot hold Infinity. Use another dtype.',
    ],
    [
      'sumLogOfHalfToOne of a symbolic width',
      () => operators.sumLogOfHalfToOne(input('x', [2, 'width'])),
      'sumLogOfHalfToOne needs a static shape, but got [width].',
    ],
  ])('name %s', (_, build, message) => {
    expect(build).toThrow(new UserError(message));
    expect(message).not.toContain('\n');
  });
});

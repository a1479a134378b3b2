import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import { derivatives } from '../../../src/graph/gradient/derivatives/index.js';
import {
  add,
  constant,
  gather,
  gemm,
  gradient,
  input,
  matmul,
  mean,
  mul,
  type Operand,
  type ReductionOptions,
  square,
  sub,
  sum,
  type Value,
} from '../../../src/graph/index.js';
import * as operators from '../../../src/graph/operators/index.js';
import { operationsOf } from '../../../src/graph/order.js';
import { isFloat } from '../../../src/graph/value.js';
import { type Case, expectDerivative, feed, spaced } from '../differences.js';
import { evaluate, type Feed } from '../evaluate.js';

/** Operators whose derivative is 0 or that take or give no floating-point values. */
const withoutDerivative = [
  ...['floor', 'ceil', 'round', 'sign', 'step'],
  ...['greater', 'greaterOrEqual', 'less', 'lessOrEqual', 'equal', 'and', 'or', 'xor', 'not'],
  ...['stopGradient', 'argMax', 'argMin', 'oneHot', 'shapeOf', 'dequantize', 'dtypeCodes'],
  ...['reducedAxes', 'axesSize', 'unitWindow', 'full'],
];

/** Shapes of one operand: a scalar, a vector, a matrix, a symbolic batch. */
function one(
  build: (x: Value) => Value,
  low = -1,
  high = 1,
  dtype: 'float32' | 'float64' = 'float64',
): Case[] {
  return [
    feed([], low, low + 0.7 * (high - low)),
    feed([4], low, high),
    feed([2, 3], low, high),
    feed([2, 3], low, high, ['batch', 3]),
  ].map((fed) => ({ build: (x) => build(x!), feeds: [fed], dtype }));
}

type Range = readonly [low: number, high: number];

/** Shapes of two operands: equal, scalar, lower rank, size 1 on either side, symbolic. */
function two(build: (a: Value, b: Value) => Value, a: Range = [-1, 1], b: Range = [-0.9, 1.3]) {
  const shapes: [number[], number[]][] = [
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], []],
    [[], [2, 3]],
    [[3], [2, 3]],
    [[2, 3], [3]],
    [
      [2, 1],
      [1, 3],
    ],
    [
      [1, 2, 1],
      [2, 3],
    ],
    [[1], [2, 1]],
    [[], []],
  ];
  const fixed: Feed[][] = shapes.map(([left, right]) => [feed(left, ...a), feed(right, ...b)]);
  const symbolic: Feed[][] = [
    [feed([2, 3], ...a, ['batch', 3]), feed([2, 3], ...b, ['batch', 3])],
    [feed([2, 3], ...a, ['batch', 3]), feed([3], ...b)],
    [feed([2, 1], ...a, ['batch', 1]), feed([1, 3], ...b)],
    [feed([1, 3], ...a), feed([2, 3], ...b, ['batch', 3])],
    [feed([], ...a), feed([2], ...b, ['batch'])],
  ];
  return [...fixed, ...symbolic].map((feeds): Case => ({ build: (x, y) => build(x!, y!), feeds }));
}

/** Reductions over each choice of axes, with and without the axes kept. */
function reduced(
  build: (x: Value, options: ReductionOptions) => Value,
  low = -1,
  high = 1,
): Case[] {
  const options: ReductionOptions[] = [
    {},
    { keepDims: true },
    ...[[0], [1], [-1], [0, 2], [2, 0], [-1, -2], [0, 1, 2]].flatMap((axes) => [
      { axes },
      { axes, keepDims: true },
    ]),
  ];
  const cubes = options.flatMap((choice) =>
    // Equal sizes too: there a gradient put on the wrong axis would fit.
    [feed([2, 3, 2], low, high), feed([2, 2, 2], low, high, ['batch', 2, 2])].map(
      (fed): Case => ({ build: (x) => build(x!, choice), feeds: [fed] }),
    ),
  );
  return [...one((x) => build(x, {}), low, high), ...cubes];
}

/** Cases along each axis of a value, counted from either end. */
function along(build: (x: Value, axis: number) => Value): Case[] {
  return [
    ...[0, 1, -1].map((axis): [number, Feed] => [axis, feed([2, 3, 2])]),
    ...[0, -1].map((axis): [number, Feed] => [axis, feed([2, 3], -1, 1, ['batch', 3])]),
    ...[0].map((axis): [number, Feed] => [axis, feed([3])]),
  ].map(([axis, fed]) => ({ build: (x) => build(x!, axis), feeds: [fed] }));
}

const of = (build: (...inputs: Value[]) => Value, ...feeds: Feed[]): Case => ({ build, feeds });

function gemmCases(): Case[] {
  return [false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB) => {
      const options = { transposeA, transposeB };
      const a = feed(transposeA ? [3, 2] : [2, 3]);
      const b = feed(transposeB ? [4, 3] : [3, 4]);
      const batch = feed(a.shape, -1, 1, transposeA ? [3, 'batch'] : ['batch', 3]);
      const bias = [[2, 4], [1, 4], [2, 1], [1, 1], [4], [1], []].map((shape) =>
        of((x, y, c) => gemm(x!, y!, c, options), a, b, feed(shape, -0.8, 1.1)),
      );
      return [
        of((x, y) => gemm(x!, y!, undefined, options), a, b),
        of((x, y) => gemm(x!, y!, undefined, options), batch, b),
        of((x, y, c) => gemm(x!, y!, c, { ...options, alpha: -1.5 }), a, b, feed([4])),
        of((x, y, c) => gemm(x!, y!, c, options), batch, b, feed([4])),
        of((x, y, c) => gemm(x!, y!, c, options), batch, b, feed([2, 1], -1, 1, ['batch', 1])),
        ...bias,
      ];
    }),
  );
}

const matmulCases: Case[] = (
  [
    [feed([2, 3]), feed([3, 4])],
    [feed([2, 2, 3]), feed([2, 3, 2])],
    [feed([2, 2, 3]), feed([3, 2])],
    [feed([2, 3]), feed([2, 3, 2])],
    [feed([1, 2, 3]), feed([2, 3, 2])],
    [feed([2, 1, 1, 2]), feed([2, 2, 1])],
    [feed([2, 3], -1, 1, ['batch', 3]), feed([3, 2])],
    [feed([2, 1, 3], -1, 1, ['batch', 1, 3]), feed([3, 2])],
    [feed([2, 1, 3], -1, 1, ['batch', 1, 3]), feed([2, 3, 2], -1, 1, ['batch', 3, 2])],
    [feed([1, 3]), feed([2, 3, 1], -1, 1, ['batch', 3, 1])],
  ] satisfies [Feed, Feed][]
).map((feeds) => of((a, b) => matmul(a!, b!), ...feeds));

const int64 = (data: readonly number[], shape: readonly number[] = [data.length]): Feed => ({
  shape,
  data,
  dtype: 'int64',
});

const gatherCases: Case[] = [
  of((x, at) => gather(x!, at!), feed([4, 2]), int64([2, 0, 2])),
  of((x, at) => gather(x!, at!), feed([4, 2]), int64([3, -1])),
  of((x, at) => gather(x!, at!), feed([4, 2]), { ...int64([1, 1]), dtype: 'int32' }),
  of((x, at) => gather(x!, at!), feed([4, 2]), { ...int64([1, 1, 3]), symbolic: ['picks'] }),
  of((x, at) => gather(x!, at!, 1), feed([2, 3, 2]), int64([2, 2, 0, 1])),
  of((x, at) => gather(x!, at!, -1), feed([2, 3]), int64([0, 1, 1, 0], [2, 2])),
  of((x, at) => gather(x!, at!, 1), feed([2, 3], -1, 1, ['batch', 3]), int64([0, 0])),
  of((x, at) => gather(x!, at!, 1), feed([2, 3], -1, 1, ['batch', 3]), {
    ...int64([0, 0, 2]),
    symbolic: ['picks'],
  }),
  of((x, at) => gather(x!, at!), feed([3, 2], -1, 1, ['batch', 2]), int64([1, 1, 2])),
  of((x, at) => gather(x!, at!), feed([4, 2]), int64([2], [])),
  of((x, at) => gather(x!, at!), feed([4]), int64([3, 3])),
];

const cond = (data: readonly number[], shape: readonly number[]): Feed => ({
  shape,
  data,
  dtype: 'bool',
});

const {
  batchNormalization,
  broadcastLike,
  clip,
  concat,
  cumulativeSum,
  exp,
  gatherElements,
  log,
  pad,
  reshape,
  scatterAdd,
  slice,
  split,
  stack,
  stopGradient,
  tanh,
  transpose,
  unsqueeze,
  where,
  withGradient,
} = operators;

/** ONNX Runtime's CPU has no double kernels for convolutions in groups. */
const convolutionDType = ({ groups }: operators.Window) => (groups > 1 ? 'float32' : 'float64');

/** Windows with padding on each side, strides, dilation and groups. */
const convolutionWindows: readonly operators.Window[] = [
  operators.unitWindow,
  { ...operators.unitWindow, strides: [2, 1], pads: [1, 0, 1, 1] },
  { ...operators.unitWindow, strides: [2, 2], pads: [0, 1, 1, 0], groups: 2 },
  { ...operators.unitWindow, pads: [2, 0, 1, 1], dilations: [2, 1] },
];

/** Pools apart, overlapping, with padding on each side, with pixels left over. */
const pools: readonly operators.PoolWindow[] = [
  { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] },
  { kernel: [2, 3], strides: [3, 3], pads: [1, 0, 0, 2] },
  { kernel: [3, 2], strides: [2, 1], pads: [1, 1, 0, 0] },
];

/** Pixels far enough apart that a difference does not change which is the largest. */
const pixels = feed([2, 2, 6, 4], -12, 12, ['batch', 2, 6, 4]);

/** Pooling is float32 where ONNX Runtime has no double kernel. */
const pooled = (build: (x: Value, window: operators.PoolWindow) => Value, fed: Feed): Case[] =>
  pools.map((window) => ({ build: (x) => build(x!, window), feeds: [fed], dtype: 'float32' }));

const images = feed([2, 4, 3, 2], -1, 1, ['batch', 4, 3, 2]);

/** Cases of each exported operator. */
const cases: Readonly<Record<string, readonly Case[]>> = {
  conv2d: convolutionWindows.map((window) => ({
    build: (x, w, b) => operators.conv2d(x!, w!, b, window),
    feeds: [
      feed([2, 4, 5, 4], -1, 1, ['batch', 4, 5, 4]),
      feed([2, 4 / window.groups, 3, 2]),
      feed([2]),
    ],
    dtype: convolutionDType(window),
  })),
  convTranspose2d: convolutionWindows.map((window) => ({
    build: (x, w, b) => operators.convTranspose2d(x!, w!, b, window, [window.strides[0] - 1, 0]),
    feeds: [
      feed([2, 4, 3, 3], -1, 1, ['batch', 4, 3, 3]),
      feed([4, 2 / window.groups, 3, 2]),
      feed([2]),
    ],
    dtype: convolutionDType(window),
  })),
  convWeightGradient: convolutionWindows.map((window) => {
    const y = operators.conv2d(
      input('x', ['batch', 4, 5, 4]),
      input('w', [2, 4 / window.groups, 3, 2]),
      undefined,
      window,
    );
    return {
      build: (x, dy) => operators.convWeightGradient(x!, dy!, [3, 2], window),
      feeds: [
        feed([2, 4, 5, 4], -1, 1, ['batch', 4, 5, 4]),
        feed([2, ...(y.shape.slice(1) as number[])], -1, 1, ['batch', ...y.shape.slice(1)]),
      ],
      dtype: convolutionDType(window),
    };
  }),
  maxPool2d: [
    ...pooled(operators.maxPool2d, pixels),
    of((x) => operators.maxPool2d(x!, pools[0]!), pixels),
    of((x) => operators.maxPool2d(x!, pools[2]!), pixels),
  ],
  maxUnpool2d: (['float32', 'float64'] as const).map((dtype) => ({
    build: (values, places, like) => operators.maxUnpool2d(values!, places!, like!, pools[0]!),
    feeds: [feed([1, 1, 1, 2]), int64([5, 2], [1, 1, 1, 2]), feed([1, 1, 2, 4])],
    dtype,
  })),
  averagePool2d: [
    ...pooled(operators.averagePool2d, images),
    ...pooled((x, window) => operators.averagePool2d(x, window, false), images),
  ],
  upsampleNearest: [
    {
      build: (x) => operators.upsampleNearest(x!, [2, 3]),
      feeds: [feed([2, 1, 2, 2], -1, 1, ['batch', 1, 2, 2])],
      dtype: 'float32',
    },
  ],
  upsampleBilinear: [
    of(
      (x) => operators.upsampleBilinear(x!, [2, 3]),
      feed([2, 1, 2, 3], -1, 1, ['batch', 1, 2, 3]),
    ),
  ],
  batchNormalization: [
    ...[feed([4, 3], -1, 1, ['batch', 3]), images].flatMap((fed) => {
      const channels = fed.shape[1]!;
      const feeds = [fed, feed([channels], 0.5, 1.5), feed([channels])];
      const normalize = (x: Value, weight: Value, bias: Value) =>
        operators.batchNormalization(x, weight, bias, 1e-2);
      return [
        of((x, weight, bias) => normalize(x!, weight!, bias!).value, ...feeds),
        of((x, weight, bias) => normalize(x!, weight!, bias!).mean, ...feeds),
        of((x, weight, bias) => normalize(x!, weight!, bias!).variance, ...feeds),
      ];
    }),
    // Case between convolutions, whose transposes meet across it.
    of(
      (x, w, weight, bias) => {
        const before = operators.conv2d(x!, w!, undefined, operators.unitWindow);
        const { value } = batchNormalization(before, weight!, bias!, 0.1);
        return operators.conv2d(tanh(value), w!, undefined, operators.unitWindow);
      },
      feed([2, 3, 4, 3], -1, 1, ['batch', 3, 4, 3]),
      feed([3, 3, 2, 1]),
      feed([3], 0.5, 1.5),
      feed([3]),
    ),
  ],
  normalizeWith: [
    of(
      (x, weight, bias, mean, variance) =>
        operators.normalizeWith(x!, weight!, bias!, { mean: mean!, variance: variance! }, 1e-2),
      ...[images, feed([4]), feed([4]), feed([4], -2, 1), feed([4], 0.5, 2)],
    ),
  ],
  layerNormalization: [
    {
      build: (x, weight, bias) => operators.layerNormalization(x!, weight!, bias, 1, 0.1),
      feeds: [feed([2, 4], -1, 1, ['batch', 4]), feed([4], 0.5, 1.5), feed([4])],
    },
    {
      build: (x, weight) => operators.layerNormalization(x!, weight!, undefined, 2, 0.1),
      feeds: [images, feed([3, 2], 0.5, 1.5)],
      dtype: 'float32',
    },
  ],
  groupNormalization: [1, 2, 4].map((groups) => ({
    build: (x, weight, bias) => operators.groupNormalization(x!, groups, weight!, bias!, 0.1),
    feeds: [images, feed([4], 0.5, 1.5), feed([4])],
    dtype: 'float32',
  })),
  leakyRelu: one((x) => operators.leakyRelu(x, 0.3)).concat(
    one((x) => operators.leakyRelu(x, 0.3), -1, 1, 'float32'),
  ),
  elu: one(operators.elu, -2, 2),
  add: two(add),
  sub: two(sub),
  mul: [...two(mul), of((x) => mul(x!, x!), feed([2, 3]))],
  div: [...two(operators.div, [-1, 1], [0.5, 2]), ...two(operators.div, [-1, 1], [-2, -0.5])],
  pow: [
    ...two(operators.pow, [0.5, 2], [-2, 3]),
    ...[2, 3, -1, 0.5].flatMap((power) => one((x) => operators.pow(x, power), 0.5, 2)),
    ...one((x) => operators.pow(x, 3), -1, 1),
    ...one((x) => operators.pow(2, x)),
  ],
  minimum: two(operators.minimum),
  maximum: two(operators.maximum),

  negate: one(operators.negate),
  abs: one(operators.abs),
  exp: one(exp),
  log: one(log, 0.5, 2),
  sqrt: one(operators.sqrt, 0.5, 2),
  reciprocal: [...one(operators.reciprocal, 0.5, 2), ...one(operators.reciprocal, -2, -0.5)],
  sin: one(operators.sin, -2, 2),
  cos: one(operators.cos, -2, 2),
  tan: one(operators.tan, -1, 1),
  asin: one(operators.asin, -0.7, 0.7),
  acos: one(operators.acos, -0.7, 0.7),
  atan: one(operators.atan, -2, 2),
  sinh: one(operators.sinh, -1, 1),
  cosh: one(operators.cosh, -1, 1),
  tanh: one(tanh, -2, 2),
  asinh: one(operators.asinh, -2, 2),
  acosh: one(operators.acosh, 1.5, 3),
  atanh: one(operators.atanh, -0.6, 0.6),
  erf: one(operators.erf, -1.5, 1.5),
  logGamma: one(operators.logGamma, 0.4, 12),
  digamma: one(operators.digamma, 0.6, 12),
  sigmoid: one(operators.sigmoid, -4, 4),
  logistic: one(operators.logistic, -4, 4),
  relu: one(operators.relu),
  square: one(square),
  softplus: one(operators.softplus, -4, 4),

  where: [
    ...two((a, b) => where(constant(1, [], 'bool'), a, b)),
    ...two((a, b) => where(constant(0, [], 'bool'), a, b)),
    of((c, a, b) => where(c!, a!, b!), cond([1, 0, 1, 0, 0, 1], [2, 3]), feed([2, 3]), feed([3])),
    of((c, a, b) => where(c!, a!, b!), cond([1, 0], [2, 1]), feed([3]), feed([])),
    of((c, a) => where(c!, a!, 0.5), cond([0, 1, 1], [3]), feed([2, 3], -1, 1, ['batch', 3])),
    of((c, a) => where(c!, 2, a!), cond([1], []), feed([2])),
  ],
  clip: one((x) => clip(x, -0.45, 0.55)),
  cast: one((x) => operators.cast(exp(x), 'float64'))
    .concat(one((x) => mul(operators.cast(x, 'float32'), 2), -1, 1, 'float32'))
    .concat(one((x) => operators.cast(operators.cast(x, 'float64'), 'float32'), -1, 1, 'float32')),
  withGradient: [
    ...one((x) => withGradient(exp(x), [x], (g) => [mul(g, exp(x))])),
    ...two((a, b) => {
      const whole = (x: Value) => broadcastLike(x, add(a, b));
      const [left, right] = [whole(a), whole(b)];
      return withGradient(mul(left, right), [left, right], (g) => [mul(g, right), mul(g, left)]);
    }),
  ],

  sum: reduced(sum),
  max: reduced(operators.max),
  min: reduced(operators.min),
  prod: reduced(operators.prod, 0.5, 1.5),
  mean: [
    ...reduced(operators.mean),
    of((x) => operators.mean(sum(x!, { axes: [-1] })), feed([2, 3])),
    of((x) => operators.mean(sum(x!, { axes: [1] }), { axes: [0] }), feed([2, 3, 2])),
    of((x) => operators.mean(sum(x!, { axes: [1] })), feed([2, 3, 2], -1, 1, ['batch', 3, 2])),
    of((x) => operators.mean(sum(x!, { axes: [0], keepDims: true })), feed([2, 3])),
  ],
  variance: reduced(operators.variance),
  logSumExp: reduced(operators.logSumExp, -3, 3),
  sumLogOfHalfToOne: [
    of((x) => operators.sumLogOfHalfToOne(x!), feed([2, 4], 0.5, 1)),
    of((x) => operators.sumLogOfHalfToOne(x!), feed([2, 2, 3], 0.5, 1, ['batch', 2, 3])),
    of((x) => operators.sumLogOfHalfToOne(x!), feed([1, 121], 0.5, 1)),
  ],
  softmax: [...along(operators.softmax), of((x) => operators.softmax(x!), feed([2, 3]))],
  logSoftmax: [...along(operators.logSoftmax), of((x) => operators.logSoftmax(x!), feed([2, 3]))],
  cumulativeSum: [
    ...along(cumulativeSum),
    ...along((x, axis) => cumulativeSum(x, axis, { reverse: true })),
  ],

  matmul: matmulCases,
  gemm: gemmCases(),

  reshape: [
    of((x) => reshape(x!, [3, 2]), feed([2, 3])),
    of((x) => reshape(x!, [-1]), feed([2, 3])),
    of((x) => reshape(x!, []), feed([1, 1])),
    of((x) => reshape(x!, [1, -1, 1]), feed([])),
    of((x) => reshape(x!, [-1, 2, 3]), feed([2, 6], -1, 1, ['batch', 6])),
    of((x) => reshape(x!, [-1]), feed([2, 3], -1, 1, ['batch', 3])),
    of((x) => reshape(exp(reshape(x!, [-1, 2])), ['batch', -1]), feed([2, 6], -1, 1, ['batch', 6])),
    of((x) => reshape(x!, [-1, 2]), feed([2, 3, 2], -1, 1, ['batch', 'time', 2])),
    of((x) => reshape(x!, [-1]), feed([2, 3, 2], -1, 1, ['batch', 'time', 2])),
  ],
  flatten: [
    of((x) => operators.flatten(x!), feed([2, 3, 2])),
    of((x) => operators.flatten(x!, 0), feed([2, 3])),
    of((x) => operators.flatten(x!), feed([2, 3, 2], -1, 1, ['batch', 3, 2])),
    of((x) => operators.flatten(x!, 2), feed([2, 3, 2, 1], -1, 1, ['batch', 'time', 2, 1])),
  ],
  transpose: [
    of((x) => transpose(x!), feed([2, 3])),
    of((x) => transpose(x!, [2, 0, 1]), feed([2, 3, 2])),
    of((x) => transpose(x!, [-1, 0, 1]), feed([2, 3, 2], -1, 1, ['batch', 3, 2])),
    of((x) => transpose(exp(transpose(x!, [1, 2, 0])), [1, 2, 0]), feed([2, 3, 2])),
    of((x) => transpose(transpose(x!, [1, 2, 0]), [1, 0, 2]), feed([2, 3, 2])),
  ],
  squeeze: [
    of((x) => operators.squeeze(x!, [1]), feed([2, 1, 3])),
    of((x) => operators.squeeze(x!, [-1, 0]), feed([1, 3, 1])),
    of((x) => operators.squeeze(x!, [1]), feed([2, 1], -1, 1, ['batch', 1])),
    of((x) => operators.squeeze(x!, [0]), feed([1])),
  ],
  unsqueeze: [
    of((x) => unsqueeze(x!, [0]), feed([])),
    of((x) => unsqueeze(x!, [-1, 1]), feed([2, 3])),
    of((x) => unsqueeze(x!, [2, 0]), feed([2, 3], -1, 1, ['batch', 3])),
  ],
  concat: [
    of((a, b) => concat([a!, b!], 0), feed([2, 3]), feed([1, 3])),
    of((a, b) => concat([a!, b!, a!], -1), feed([2, 3]), feed([2, 1])),
    of(
      (a, b) => concat([a!, b!], 1),
      feed([2, 3], -1, 1, ['batch', 3]),
      feed([2, 2], -1, 1, ['batch', 2]),
    ),
    of((a) => concat([a!, constant([1, 2], [2], 'float64')], 0), feed([3])),
  ],
  stack: [
    of((a, b) => stack([a!, b!]), feed([2, 3]), feed([2, 3], -2, 1)),
    of((a, b) => stack([a!, b!], -1), feed([]), feed([], -2, 1)),
    of((a, b) => stack([a!, b!], 1), feed([2], -1, 1, ['batch']), feed([2], -2, 1, ['batch'])),
  ],
  split: [
    of((x) => split(x!, [1, 2], 1)[1]!, feed([2, 3])),
    of(
      (x) => {
        const [a, , c] = split(x!, [2, 1, 2], -1);
        return mul(a!, exp(c!));
      },
      feed([2, 5], -1, 1, ['batch', 5]),
    ),
    of(
      (x) => {
        const [a, b] = split(x!, [1, 2], 0);
        return add(mul(a!, a!), sum(b!, { axes: [0], keepDims: true }));
      },
      feed([3, 2]),
    ),
    of((x) => split(exp(x!), [3], 0)[0]!, feed([3])),
  ],
  slice: [
    of((x) => slice(x!, [{ axis: 1, start: 1 }]), feed([2, 3])),
    of((x) => slice(x!, [{ axis: -1, end: -1 }]), feed([2, 3], -1, 1, ['batch', 3])),
    of((x) => slice(x!, [{ axis: 0, step: 2 }]), feed([5, 2])),
    of((x) => slice(x!, [{ axis: 0, start: 1, step: 3 }]), feed([8])),
    of((x) => slice(x!, [{ axis: 0, start: 1, step: 3 }]), feed([4])),
    of((x) => slice(x!, [{ axis: 0, start: 1, step: 4 }]), feed([4])),
    of(
      (x) => slice(x!, [{ axis: 1, start: -4, end: 5, step: 2 }]),
      feed([2, 6], -1, 1, ['batch', 6]),
    ),
    of(
      (x) =>
        slice(x!, [
          { axis: 2, start: 1, step: 2 },
          { axis: 0, end: 1 },
          { axis: 1, step: 2 },
        ]),
      feed([2, 3, 4]),
    ),
    of((x) => add(x!, sum(slice(x!, [{ axis: 0, start: 2, end: 1, step: 2 }]))), feed([3])),
  ],
  pad: [
    of((x) => pad(x!, [1, 0], [0, 2]), feed([2, 3])),
    of((x) => pad(x!, [0, 1], [0, 1], 2.5), feed([2, 3], -1, 1, ['batch', 3])),
    of((x) => pad(x!, [2], [0]), feed([3])),
  ],
  broadcastLike: two((a, b) => broadcastLike(a, add(a, b))),
  gather: gatherCases,
  gatherElements: [
    of((x, at) => gatherElements(x!, at!, 0), feed([3, 2]), int64([0, 2, 2, 2], [2, 2])),
    of((x, at) => gatherElements(x!, at!, -1), feed([2, 3]), int64([1, 1, 1, 0, -1, 2], [2, 3])),
    of((x, at) => gatherElements(x!, at!, 1), feed([2, 3], -1, 1, ['batch', 3]), {
      ...int64([1, 1, 0, 2], [2, 2]),
      symbolic: ['batch', 2],
    }),
  ],
  scatterAdd: [
    of(
      (x, at, updates) => scatterAdd(x!, at!, updates!, 0),
      feed([3, 2]),
      int64([0, 2, 0, 1], [2, 2]),
      feed([2, 2]),
    ),
    of(
      (x, at, updates) => scatterAdd(x!, at!, updates!, -1),
      feed([2, 3], -1, 1, ['batch', 3]),
      { ...int64([1, 1, 0, -1], [2, 2]), symbolic: ['batch', 2] },
      feed([2, 2], -1, 1, ['batch', 2]),
    ),
  ],
};

/** The second derivative: the differenced function is itself a gradient. */
const second = (build: (...inputs: Value[]) => Value): Case['build'] => {
  return (...inputs) => gradient(sum(build(...inputs)), inputs.slice(0, 1))[0]!;
};

const secondDerivatives: Readonly<Record<string, readonly Case[]>> = {
  'exp · sin': one(second((x) => mul(exp(x!), operators.sin(x!)))),
  'pow 3': one(
    second((x) => operators.pow(x!, 3)),
    0.5,
    2,
  ),
  division: two(
    second((a, b) => operators.div(b!, mul(a!, a!))),
    [0.5, 2],
  ),
  softplus: one(
    second((x) => operators.softplus(x!)),
    -3,
    3,
  ),
  'tanh of matmul': [
    of(
      second((a, b) => tanh(matmul(a!, b!))),
      feed([2, 3]),
      feed([3, 2]),
    ),
  ],
  'sigmoid of gemm': [
    of(
      second((a, b, c) => operators.sigmoid(gemm(a!, b!, c, { transposeB: true }))),
      feed([2, 3], -1, 1, ['batch', 3]),
      feed([2, 3]),
      feed([2]),
    ),
  ],
  'log softmax': [
    of(
      second((x) => square(operators.logSoftmax(x!))),
      feed([2, 3]),
    ),
  ],
  softmax: [
    of(
      second((x) => square(operators.softmax(x!, 0))),
      feed([3, 2]),
    ),
  ],
  logSumExp: [
    of(
      second((x) => operators.logSumExp(x!, { axes: [1] })),
      feed([2, 3]),
    ),
  ],
  'square of logSumExp, of one and where one outweighs the rest': [
    of(
      second((x) => square(operators.logSumExp(x!, { axes: [0] }))),
      feed([1, 2]),
    ),
    of(
      second((x) => square(operators.logSumExp(mul(x!, 4000), { axes: [1] }))),
      feed([2, 3]),
    ),
  ],
  variance: [
    of(
      second((x) => exp(operators.variance(x!, { axes: [0] }))),
      feed([3, 2]),
    ),
  ],
  prod: [
    of(
      second((x) => operators.prod(x!, { axes: [1] })),
      feed([2, 3], 0.5, 1.5),
    ),
  ],
  slice: [
    of(
      second((x) => exp(slice(x!, [{ axis: 0, start: 1, step: 2 }]))),
      feed([5]),
    ),
  ],
  gather: [
    of(
      second((x, at) => exp(gather(x!, at!))),
      feed([3, 2]),
      int64([1, 1, 0]),
    ),
  ],
  batchNormalization: [
    of(
      second((x, weight, bias) => exp(batchNormalization(x!, weight!, bias!, 0.1).value)),
      ...[images, feed([4], 0.5, 1.5), feed([4])],
    ),
  ],
  layerNormalization: [
    {
      build: second((x, weight) =>
        exp(operators.layerNormalization(x!, weight!, undefined, 1, 0.5)),
      ),
      feeds: [feed([2, 4], -1, 1, ['batch', 4]), feed([4], 0.5, 1.5)],
      dtype: 'float32',
    },
  ],
  averagePool2d: [
    {
      build: second((x) => square(operators.averagePool2d(x!, pools[0]!))),
      feeds: [images],
      dtype: 'float32',
    },
  ],
  maxPool2d: [
    {
      build: second((x) => square(operators.maxPool2d(x!, pools[0]!))),
      feeds: [pixels],
      dtype: 'float32',
    },
  ],
  'relu and abs': [
    of(
      second((x) => mul(operators.relu(x!), operators.abs(x!))),
      feed([4]),
    ),
  ],
};

/** One test runs all cases of a name. */
async function expectAll(list: readonly Case[]): Promise<void> {
  expect(list.length).toBeGreaterThan(0);
  for (const [index, one] of list.entries()) {
    try {
      await expectDerivative(one);
    } catch (error) {
      const shapes = one.feeds.map(({ shape, symbolic }) => `[${symbolic ?? shape}]`).join(' ');
      throw new Error(`case ${index}, ${shapes}: ${(error as Error).message}`, { cause: error });
    }
  }
}

describe('derivatives against central differences', () => {
  it.each(Object.keys(cases))('%s', (name) => expectAll(cases[name]!));
});

describe('second derivatives against central differences', () => {
  it.each(Object.keys(secondDerivatives))('%s', (name) => expectAll(secondDerivatives[name]!));
});

/** Half the squared length of the gradients of half the squared output, which passes each derivative row twice. */
const twice = ({ build, feeds, ...rest }: Case): Case => ({
  ...rest,
  feeds,
  build: (...inputs) => {
    const by = inputs.filter(({ dtype }) => isFloat(dtype));
    const slopes = gradient(mul(sum(square(build(...inputs))), 0.5), by);
    return slopes.map((slope) => mul(sum(square(slope)), 0.5)).reduce((a, b) => add(a, b));
  },
});

describe('second derivatives of every operator against central differences', () => {
  it.each(Object.keys(cases))('%s', (name) => expectDerivative(twice(cases[name]!.at(-1)!)));
});

describe('the cases', () => {
  it('have every exported operator', () => {
    expect([...Object.keys(cases), ...withoutDerivative].sort()).toEqual(
      Object.keys(operators).sort(),
    );
  });

  it('have every row of the table', () => {
    const rows = Object.values(cases)
      .flat()
      .flatMap(({ build, feeds, dtype = 'float64' }) => {
        const inputs = feeds.map((fed, i) =>
          input(`x${i}`, fed.symbolic ?? fed.shape, fed.dtype ?? dtype),
        );
        return operationsOf([build(...inputs)]).map(({ type }) => type);
      });
    expect([...new Set(rows)]).toEqual(expect.arrayContaining(Object.keys(derivatives)));
  });
});

describe('gradient', () => {
  const gradientOf = async (
    build: (x: Value) => Value,
    data: readonly number[],
    shape = [data.length],
  ) => {
    const { g } = await evaluate(
      (x) => ({ g: gradient(sum(build(x!)), [x!])[0]! }),
      [{ shape, data }],
    );
    return g!.data;
  };

  it('shares max and min among equals', async () => {
    expect(await gradientOf((x) => operators.max(x), [1, 3, 3, 2, 3])).toEqual(
      [0, 1, 1, 0, 1].map((x) => x / 3),
    );
    expect(
      await gradientOf((x) => operators.min(x, { axes: [1] }), [1, 1, 2, 0, 5, 5], [2, 3]),
    ).toEqual([0.5, 0.5, 0, 1, 0, 0]);
  });

  it('halves the gradient of maximum and minimum at a tie', async () => {
    const pair = [1, 2, 3];
    const other = constant([2, 2, 2], [3], 'float64');
    expect(await gradientOf((x) => operators.maximum(x, other), pair)).toEqual([0, 0.5, 1]);
    expect(await gradientOf((x) => operators.minimum(x, other), pair)).toEqual([1, 0.5, 0]);
    expect(await gradientOf((x) => operators.maximum(x, x), pair)).toEqual([1, 1, 1]);
  });

  it.each<[string, (x: Value) => Value, number[]]>([
    ['relu at 0', operators.relu, [0, 0, 1]],
    ['abs at 0', operators.abs, [-1, 0, 1]],
    ['clip at its bounds', (x) => clip(x, -1, 1), [1, 1, 1]],
    ['clip inside', (x) => clip(x, -0.5, 0.5), [0, 1, 0]],
    ['floor', operators.floor, [0, 0, 0]],
    ['ceil', operators.ceil, [0, 0, 0]],
    ['round', operators.round, [0, 0, 0]],
    ['sign', operators.sign, [0, 0, 0]],
    ['stopGradient', stopGradient, [0, 0, 0]],
    ['x · stopGradient(x)', (x) => mul(x, stopGradient(x)), [-1, 0, 1]],
    ['argMax', (x) => operators.cast(operators.argMax(x, 0), 'float64'), [0, 0, 0]],
    ['a condition', (x) => operators.cast(operators.greater(x, 0), 'float64'), [0, 0, 0]],
    [
      'a straight-through estimator',
      (x) => withGradient(operators.round(mul(x, 0.7)), [x], (g) => [g]),
      [1, 1, 1],
    ],
    ['pow 2 at and below 0', (x) => operators.pow(x, 2), [-2, 0, 2]],
    ['a number', () => constant(2, [], 'float64'), [0, 0, 0]],
  ])('of %s', async (_, build, expected) => {
    expect((await gradientOf(build, [-1, 0, 1])).map((g) => g + 0)).toEqual(expected);
  });

  it('adds up all the ways from a value to the target', async () => {
    const g = await gradientOf(
      (x) => {
        const shared = exp(x);
        return add(add(mul(shared, shared), shared), sub(x, shared));
      },
      [0.3, -0.2],
    );
    [0.3, -0.2].forEach((x, i) => {
      expect(g[i]).toBeCloseTo(2 * Math.exp(2 * x) + 1, 12);
    });
  });

  it('is by values inside the program, by itself and by values that it does not depend on', async () => {
    const results = await evaluate(
      (x, other) => {
        const y = exp(x!);
        const target = sum(square(y));
        const [byY, byTarget, byOther, byX] = gradient(target, [y, target, other!, x!]);
        return { byY: byY!, byTarget: byTarget!, byOther: byOther!, byX: byX! };
      },
      [
        { shape: [2], data: [0, 1] },
        { shape: [2, 1], data: [5, 6] },
      ],
    );
    expect(results.byY!.data[0]).toBe(2);
    expect(results.byY!.data[1]).toBeCloseTo(2 * Math.E, 12);
    expect(results.byTarget).toEqual({ dims: [], data: [1] });
    expect(results.byOther).toEqual({ dims: [2, 1], data: [0, 0] });
    expect(results.byX!.data[1]).toBeCloseTo(2 * Math.E ** 2, 12);
  });

  // The targets are the sum of squares and, of the mean, the squared sum.
  it.each<[string, (x: Value) => Value, (y: Value) => Value, (y: number, sum: number) => number]>([
    ['reshape', (x) => reshape(x, [3, 2]), (y) => reshape(y, [6]), (y) => 2 * y],
    ['reshape back', (x) => reshape(x, [3, 2]), (y) => reshape(y, [2, 3]), (y) => 2 * y],
    ['transpose', (x) => transpose(x), (y) => transpose(y), (y) => 2 * y],
    ['sum', (x) => sum(x, { axes: [1] }), (y) => sum(y), (_, all) => 2 * all],
    ['mean of a sum', (x) => sum(x, { axes: [1] }), (y) => mul(mean(y), 2), (_, all) => 2 * all],
  ])('is by a value between two of a kind: %s', async (_, first, second, slope) => {
    const { between, y } = await evaluate(
      (x) => {
        const y = first(x!);
        return { between: gradient(sum(square(second(y))), [y])[0]!, y };
      },
      [{ shape: [2, 3], data: [1, 2, 3, 4, 5, 6] }],
    );
    expect(between!.dims).toEqual(y!.dims);
    expect(between!.data).toEqual(y!.data.map((each) => slope(each, 21)));
  });

  it('finds each operator that a value went through', () => {
    const builders: Record<string, (x: Value) => Value> = {
      reshape: (x) => operators.reshape(x, [-1, 1]),
      flatten: (x) => operators.flatten(x, 0),
      transpose: (x) => operators.transpose(x),
      unsqueeze: (x) => operators.unsqueeze(x, [0]),
      squeeze: (x) => operators.squeeze(operators.unsqueeze(x, [0]), [0]),
      sum: (x) => sum(x),
      mean: (x) => operators.mean(x),
      max: (x) => operators.max(x),
      negate: operators.negate,
      exp,
      square,
      halved: (x) => mul(x, 0.5),
      more: (x) => add(x, 1),
      clipped: (x) => clip(x, -1, 1),
    };
    for (const [inner, first] of Object.entries(builders)) {
      for (const [outer, second] of Object.entries(builders)) {
        const y = first(input('x', [2, 3], 'float64'));
        const path = operationsOf([second(y)]);
        expect(path, `${outer} of ${inner}`).toContain(y.operation);
      }
    }
  });

  it('is by one part of a split', async () => {
    const { g } = await evaluate(
      (x) => {
        const [a, b] = split(x!, [1, 2], 0);
        return { g: gradient(sum(mul(square(b!), sum(a!))), [b!])[0]! };
      },
      [{ shape: [3], data: [2, 3, 4] }],
    );
    expect(g!.data).toEqual([12, 16]);
  });

  it('is by the output of an operator without a derivative', async () => {
    const { g } = await evaluate(
      (x) => {
        const pixels = operators.dequantize(x!, 1 / 255);
        return { g: gradient(sum(square(pixels)), [pixels])[0]! };
      },
      [{ shape: [2], data: [0, 255], dtype: 'uint8' }],
    );
    expect(g!.data).toEqual([0, 2]);
  });

  it('goes through a deep program', async () => {
    const depth = 3000;
    const [g] = await gradientOf(
      (x) => {
        let y = x;
        for (let i = 0; i < depth; i++) y = add(mul(y, 0.999), 0.001);
        return y;
      },
      [1],
    );
    expect(g).toBeCloseTo(0.999 ** depth, 10);
  });

  it('refuses a target that is no floating-point scalar', () => {
    const x = input('x', ['batch', 3]);
    expect(() => gradient(x, [x])).toThrow(
      new UserError(
        'gradient takes a floating-point scalar, not float32 [batch, 3]. Use sum() or mean() first.',
      ),
    );
    const whole = input('n', [], 'int32');
    expect(() => gradient(whole, [whole])).toThrow('not int32 []');
  });

  it('refuses an operator without a derivative on the way', () => {
    const pixels = input('pixels', [2], 'uint8');
    expect(() => gradient(sum(operators.dequantize(pixels, 1)), [pixels])).toThrow(
      new UserError(
        'DequantizeLinear has no derivative. Use stopGradient() or withGradient() around it.',
      ),
    );
  });

  it('takes numbers for operands', async () => {
    const numeric: ((a: Operand, b: Operand) => Value)[] = [add, sub, mul, operators.div];
    for (const operator of numeric) {
      await expectAll([
        ...one((x) => operator(x, 2.5), 0.5, 2),
        ...one((x) => operator(2.5, x), 0.5, 2),
      ]);
    }
  });

  it('spaces its numbers apart', () => {
    const sorted = spaced([6]).sort((a, b) => a - b);
    sorted.slice(1).forEach((x, i) => {
      expect(x - sorted[i]!).toBeCloseTo(1 / 3, 12);
    });
  });
});

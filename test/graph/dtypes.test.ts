import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { type DType, full, gradient, input, toModel, type Value } from '../../src/graph/index.js';
import * as operators from '../../src/graph/operators/index.js';
import { optimize } from '../../src/graph/rewrite/index.js';
import { isFloat } from '../../src/graph/value.js';
import { type ActivationName, activate } from '../../src/nn/activations.js';
import { tensor } from './evaluate.js';

const dtypes = ['float32', 'float64', 'int32', 'int64', 'uint8', 'bool'] as const;

/** Use of an operator on values of some shapes. */
interface Use {
  readonly shapes: readonly (readonly number[])[];
  readonly build: (...x: Value[]) => Value;
}

const matrix = [2, 3];
const picture = [1, 2, 4, 4];
const window = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] } as const;
const overlapping = { kernel: [3, 2], strides: [1, 2], pads: [1, 0, 0, 1] } as const;

const on = (shapes: Use['shapes'], build: (...x: [Value, Value]) => Value): Use => ({
  shapes,
  build: build as Use['build'],
});
const place = (shape: readonly number[]) => full(0, shape, 'int64');

const activations = ['gelu', 'silu', 'tanh', 'softmax', 'leakyRelu', 'elu'] as const;

const elementwise = [
  ...['negate', 'abs', 'exp', 'log', 'sqrt', 'reciprocal', 'floor', 'ceil', 'round', 'sign'],
  ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh'],
  ...['atanh', 'erf', 'logistic', 'sigmoid', 'softplus', 'relu', 'leakyRelu', 'elu', 'step'],
  ...['square', 'stopGradient', 'not', 'softmax', 'logSoftmax', 'sumLogOfHalfToOne', 'flatten'],
  ...['sum', 'max', 'min', 'prod', 'mean', 'variance', 'logSumExp', 'transpose', 'shapeOf'],
  ...['logGamma', 'digamma'],
];
const ofTwo = [
  ...['add', 'sub', 'mul', 'div', 'pow', 'minimum', 'maximum', 'greater', 'greaterOrEqual'],
  ...['less', 'lessOrEqual', 'equal', 'and', 'or', 'xor', 'broadcastLike'],
];

const named = operators as unknown as Record<string, (...x: Value[]) => Value>;

const uses: Readonly<Record<string, readonly Use[]>> = {
  ...Object.fromEntries(elementwise.map((name) => [name, [on([matrix], named[name]!)]])),
  ...Object.fromEntries(ofTwo.map((name) => [name, [on([matrix, matrix], named[name]!)]])),
  ...Object.fromEntries(
    activations.map((name) => [
      `activation ${name}`,
      [on([matrix], (x) => activate(name as ActivationName, x))],
    ]),
  ),
  clip: [on([matrix], (x) => operators.clip(x, 0, 1))],
  where: [on([matrix], (x) => operators.where(operators.equal(x, 1), x, 0))],
  cast: dtypes.map((dtype) => on([matrix], (x) => operators.cast(x, dtype))),
  dequantize: [on([matrix], (x) => operators.dequantize(x, 0.5))],
  withGradient: [on([matrix], (x) => operators.withGradient(x, [x], (g) => [g]))],
  cumulativeSum: [on([matrix], (x) => operators.cumulativeSum(x, 1))],
  argMax: [on([matrix], (x) => operators.argMax(x, 1))],
  argMin: [on([matrix], (x) => operators.argMin(x, 1))],
  matmul: [on([matrix, [3, 2]], operators.matmul)],
  gemm: [
    on([matrix, [3, 2]], operators.gemm),
    on([matrix, [3, 2]], (a, b) => operators.gemm(a, b, undefined, { alpha: 0.1 })),
  ],
  conv2d: [1, 2].map((groups) =>
    on([picture, [2, 2 / groups, 2, 2]], (x, kernel) =>
      operators.conv2d(x, kernel, undefined, { ...operators.unitWindow, groups }),
    ),
  ),
  convTranspose2d: [
    { ...operators.unitWindow },
    { ...operators.unitWindow, groups: 2, strides: [2, 2] as const },
    { ...operators.unitWindow, dilations: [2, 1] as const, strides: [2, 1] as const },
  ].map((each) =>
    on([picture, [2, 2 / each.groups, 2, 2]], (x, kernel) =>
      operators.convTranspose2d(x, kernel, undefined, each),
    ),
  ),
  convWeightGradient: [1, 2].map((groups) =>
    on([picture, [1, 2, 3, 3]], (x, g) =>
      operators.convWeightGradient(x, g, [2, 2], { ...operators.unitWindow, groups }),
    ),
  ),
  maxPool2d: [window, overlapping].map((each) =>
    on([picture], (x) => operators.maxPool2d(x, each)),
  ),
  maxUnpool2d: [
    on([[1, 2, 2, 2], picture], (x, like) =>
      operators.maxUnpool2d(x, place([1, 2, 2, 2]), like, window),
    ),
  ],
  averagePool2d: [window, overlapping].flatMap((each) =>
    [true, false].map((counted) => on([picture], (x) => operators.averagePool2d(x, each, counted))),
  ),
  upsampleNearest: [on([picture], (x) => operators.upsampleNearest(x, [2, 3]))],
  upsampleBilinear: [on([picture], (x) => operators.upsampleBilinear(x, [2, 3]))],
  layerNormalization: [
    on([matrix, [3]], (x, weight) => operators.layerNormalization(x, weight, undefined, 1, 0.1)),
  ],
  groupNormalization: [
    on([picture, [2]], (x, weight) => operators.groupNormalization(x, 1, weight, weight, 0.1)),
  ],
  batchNormalization: [
    on([picture, [2]], (x, weight) => operators.batchNormalization(x, weight, weight, 0.1).value),
  ],
  normalizeWith: [
    on([picture, [2]], (x, row) =>
      operators.normalizeWith(x, row, row, { mean: row, variance: row }, 0.1),
    ),
  ],
  reshape: [on([matrix], (x) => operators.reshape(x, [3, 2]))],
  squeeze: [on([[1, 3]], (x) => operators.squeeze(x, [0]))],
  unsqueeze: [on([matrix], (x) => operators.unsqueeze(x, [0]))],
  concat: [on([matrix, matrix], (a, b) => operators.concat([a, b], 0))],
  stack: [on([matrix, matrix], (a, b) => operators.stack([a, b]))],
  split: [on([matrix], (x) => operators.split(x, [1, 2], 1)[1]!)],
  slice: [on([matrix], (x) => operators.slice(x, [{ axis: 1, end: 3, step: 2 }]))],
  pad: [on([matrix], (x) => operators.pad(x, [1, 0], [0, 2]))],
  full: [on([matrix], (x) => operators.full(1, [2, 3], x.dtype))],
  gather: [on([matrix], (x) => operators.gather(x, place([4])))],
  gatherElements: [on([matrix], (x) => operators.gatherElements(x, place([2, 3]), 1))],
  scatterAdd: [on([matrix, matrix], (x, y) => operators.scatterAdd(x, place([2, 3]), y, 1))],
  oneHot: [on([matrix], (x) => operators.oneHot(x, 3))],
};

const notOfFloats = ['and', 'or', 'xor', 'not', 'oneHot', 'dequantize'];

/** Exports that take no values. */
const others = ['dtypeCodes', 'reducedAxes', 'axesSize', 'unitWindow'];

/** A model of the operator and, where it has one, of its derivative. @throws UserError */
function modelOf({ shapes, build }: Use, dtype: DType): Uint8Array {
  const inputs = shapes.map((shape, i) => input(`x${i}`, shape, dtype));
  const y = build(...inputs);
  const outputs: Record<string, Value> = { y };
  if (isFloat(y.dtype) && isFloat(dtype)) {
    gradient(operators.sum(operators.mul(y, y)), inputs).forEach((g, i) => {
      outputs[`g${i}`] = g;
    });
  }
  const names = Object.keys(outputs);
  const values = optimize(Object.values(outputs));
  return toModel({ inputs, outputs: Object.fromEntries(names.map((n, i) => [n, values[i]!])) });
}

const require = createRequire(import.meta.url);
type Runtime = typeof import('onnxruntime-node');

describe.each([
  ['native', () => require('onnxruntime-node') as Runtime],
  ['WebAssembly', () => require('onnxruntime-web') as unknown as Runtime],
])('%s', (_, load) => {
  const { InferenceSession } = load();
  describe.each(dtypes)('%s', (dtype) => {
    it.each(Object.keys(uses))('%s runs, or is refused when it is built', async (name) => {
      for (const use of uses[name]!) {
        let model: Uint8Array;
        try {
          model = modelOf(use, dtype);
        } catch (error) {
          expect(error, String(error)).toBeInstanceOf(UserError);
          if (isFloat(dtype)) expect(notOfFloats).toContain(name);
          continue;
        }
        const session = await InferenceSession.create(model, { logSeverityLevel: 4 });
        const feeds = use.shapes.map((shape, i) => {
          const count = shape.reduce((product, size) => product * size, 1);
          return [`x${i}`, tensor({ shape, data: new Array<number>(count).fill(1) }, dtype)];
        });
        const used = feeds.filter(([each]) => session.inputNames.includes(each as string));
        await session.run(Object.fromEntries(used));
        await session.release();
      }
    });
  });
});

it('every exported operator is here', () => {
  const listed = Object.keys(uses).filter((name) => !name.startsWith('activation'));
  expect([...listed, ...others].sort()).toEqual(Object.keys(operators).sort());
});

import { spatialSize, transposedSize, windowOf } from '../operators/convolution.js';
import {
  add,
  and,
  averagePool2d,
  axesSize,
  broadcastLike,
  cast,
  concat,
  conv2d,
  convTranspose2d,
  convWeightGradient,
  cos,
  cosh,
  cumulativeSum,
  div,
  equal,
  exp,
  type GemmOptions,
  gatherElements,
  gemm,
  greater,
  greaterOrEqual,
  less,
  log,
  matmul,
  maxUnpool2d,
  minimum,
  mul,
  negate,
  or,
  pad,
  pow,
  prod,
  reshape,
  scatterAdd,
  sign,
  sin,
  sinh,
  slice,
  sqrt,
  square,
  squeeze,
  step,
  sub,
  sum,
  transpose,
  unsqueeze,
  where,
} from '../operators/index.js';
import { averageUnpool2d, poolWindowOf, takeFlat } from '../operators/pooling.js';
import {
  constant,
  type FloatAttribute,
  type Operation,
  type Shape,
  scalarOf,
  size,
  Value,
} from '../value.js';

/**
 * From the gradient of an operation's output to the gradients of its inputs.
 *
 * A gradient may be smaller than its value, as long as it broadcasts to it: the gradient of a sum
 * is one number. Rules that are not element by element ask for the whole with `whole`.
 * @param g the gradient of the first output
 * @param y the first output
 * @param all the gradients of all outputs, undefined for those that nothing depends on
 */
export type Derivative = (
  g: Value,
  operation: Operation,
  y: Value,
  all: readonly (Value | undefined)[],
) => readonly (Value | undefined)[];

/** The gradient at its value's full shape. */
function whole(g: Value, like: Value): Value {
  return broadcastLike(g, like);
}

/** The gradient of a value of shape `target` that was broadcast to `output`: summed back. */
function sumTo(g: Value, target: Shape, output: Shape): Value {
  const from = (shape: Shape, axis: number) => shape[axis - output.length + shape.length] ?? 1;
  let repeats = constant(1, [], g.dtype);
  const axes: number[] = [];
  output.forEach((dimension, axis) => {
    if (from(target, axis) !== 1 || dimension === 1) return;
    if (from(g.shape, axis) === 1) repeats = mul(repeats, size(dimension, g.dtype));
    else axes.push(axis - output.length + g.shape.length);
  });
  const extra = Math.max(0, g.shape.length - target.length);
  const onlyLeading = axes.length >= extra && axes.every((axis) => axis < extra);
  const summed = sum(g, { axes, keepDims: !onlyLeading });
  const leading = Array.from({ length: extra }, (_, axis) => axis);
  return mul(onlyLeading ? summed : squeeze(summed, leading), repeats);
}

type Pair = readonly [a: Value, b: Value];

/** The derivative of a broadcasting operator of two operands, from its two partial derivatives. */
function binary(partials: (g: Value, operands: Pair, y: Value) => readonly [Value, Value]) {
  const rule: Derivative = (g, { inputs }, y) => {
    const [a, b] = inputs as Pair;
    const [da, db] = partials(g, [a, b], y);
    return [sumTo(da, a.shape, y.shape), sumTo(db, b.shape, y.shape)];
  };
  return rule;
}

/** The derivative of an operator of one operand. */
function unary(partial: (g: Value, x: Value, y: Value) => Value): Derivative {
  return (g, { inputs }, y) => [partial(g, inputs[0]!, y)];
}

const product = binary((g, [a, b]) => [mul(g, b), mul(g, a)]);

/** 1 where the condition holds, else 0, in the dtype of `like`. */
const indicator = (condition: Value, like: Value) => cast(condition, like.dtype);

/** Half of the gradient where the operands are equal, all of it to the one that was chosen. */
const chosen = (g: Value, a: Value, b: Value) =>
  mul(g, mul(add(indicator(greater(a, b), g), indicator(greaterOrEqual(a, b), g)), 0.5));

const constants = (value: Value | undefined) => Array.from(value!.operation.numbers!, Number);

/** 1 − x², which keeps its digits where x is near 1. */
const oneLessSquare = (x: Value) => mul(sub(1, x), add(x, 1));

/** b · aᵇ⁻¹, which is 0 for b = 0, also where a is 0. */
function powerByBase(g: Value, a: Value, b: Value): Value {
  const slope = mul(b, pow(a, sub(b, 1)));
  const known = scalarOf(b);
  if (known === 0) return constant(0, [], g.dtype);
  return mul(g, known === undefined ? where(equal(b, 0), 0, slope) : slope);
}

/** aᵇ log a, whose limit for a = 0 is 0 for b ≥ 0, else −∞; for a < 0 taken as 0. */
function powerByExponent(g: Value, a: Value, b: Value, y: Value): Value {
  const counts = or(greater(a, 0), and(equal(a, 0), less(b, 0)));
  return mul(g, mul(y, log(where(counts, a, 1))));
}

/** The axes of a reduction whose axes are an input. */
const axesOf = (operation: Operation) => constants(operation.inputs[1]);

/** A reduced value, or its gradient of at most its rank, with its reduced axes back at size 1. */
function unreduced(value: Value, operation: Operation, axes: readonly number[]): Value {
  if (operation.attributes.keepdims === 1 || value.shape.length === 0) return value;
  const missing = operation.outputs[0]!.shape.length - value.shape.length;
  const leading = Array.from({ length: missing }, (_, axis) => axis);
  return unsqueeze(unsqueeze(value, leading), axes);
}

/** The gradient of max and min: shared equally among the elements that attain it. */
const extremum: Derivative = (g, operation, y) => {
  const x = operation.inputs[0]!;
  const axes = axesOf(operation);
  const attained = indicator(equal(x, unreduced(y, operation, axes)), g);
  const share = div(unreduced(g, operation, axes), sum(attained, { axes, keepDims: true }));
  return [mul(attained, share)];
};

/** The matrix transpose of the last two axes. */
const flip = (x: Value) =>
  transpose(x, [
    ...Array.from({ length: x.shape.length - 2 }, (_, axis) => axis),
    x.shape.length - 1,
    x.shape.length - 2,
  ]);

const gemmDerivative: Derivative = (g, { inputs, attributes }, y) => {
  const [a, b, c] = inputs as [Value, Value, Value | undefined];
  const [transposeA, transposeB] = [attributes.transA === 1, attributes.transB === 1];
  const alpha = (attributes.alpha as FloatAttribute | undefined)?.float ?? 1;
  const dy = whole(g, y);
  const product = (left: Value, right: Value, options: GemmOptions) =>
    gemm(left, right, undefined, { ...options, alpha });
  return [
    transposeA
      ? product(b, dy, { transposeA: transposeB, transposeB: true })
      : product(dy, b, { transposeB: !transposeB }),
    transposeB
      ? product(dy, a, { transposeA: true, transposeB: transposeA })
      : product(a, dy, { transposeA: !transposeA }),
    c && sumTo(g, c.shape, y.shape),
  ];
};

/** The elements between the ones that a slice with a step took, put back as zeros. */
function dilate(g: Value, axis: number, step: number): Value {
  const count = g.shape[axis] as number;
  if (step === 1 || count < 2) return g;
  const place = axis + 1;
  const apart = unsqueeze(g, [place]);
  const none = apart.shape.map(() => 0);
  const spread = pad(apart, none, none.with(place, step - 1));
  const shape = g.shape.with(axis, count * step);
  return slice(reshape(spread, shape), [{ axis, end: (count - 1) * step + 1 }]);
}

const sliceDerivative: Derivative = (g, { inputs }, y) => {
  const [x, ...ranges] = inputs;
  const [starts, , axes, steps] = ranges.map(constants) as [number[], number[], number[], number[]];
  const before = x!.shape.map(() => 0);
  const after = x!.shape.map(() => 0);
  let dy = whole(g, y);
  axes.forEach((axis, i) => {
    dy = dilate(dy, axis, steps[i]!);
    before[axis] = starts[i]!;
    after[axis] = (x!.shape[axis] as number) - starts[i]! - (dy.shape[axis] as number);
  });
  return [pad(dy, before, after)];
};

const biasGradient = (dy: Value) => sum(dy, { axes: [0, 2, 3] });

/** `conv2d` undone along its window: the derivative by an image of the size of `x`. */
function convInputGradient(dy: Value, weight: Value, x: Value, operation: Operation): Value {
  const { kernel, window } = windowOf(operation.attributes);
  const [from, to] = [spatialSize(dy, 'conv2d'), spatialSize(x, 'conv2d')];
  const rest = ([0, 1] as const).map(
    (axis) => to[axis] - transposedSize(from[axis], kernel, window, axis),
  );
  return convTranspose2d(dy, weight, undefined, window, [rest[0]!, rest[1]!]);
}

const convDerivative: Derivative = (g, operation, y) => {
  const [x, weight, bias] = operation.inputs as [Value, Value, Value | undefined];
  const { kernel, window } = windowOf(operation.attributes);
  const dy = whole(g, y);
  return [
    convInputGradient(dy, weight, x, operation),
    convWeightGradient(x, dy, kernel, window),
    bias && biasGradient(dy),
  ];
};

const convTransposeDerivative: Derivative = (g, operation, y) => {
  const [x, weight, bias] = operation.inputs as [Value, Value, Value | undefined];
  const { kernel, window } = windowOf(operation.attributes);
  const dy = whole(g, y);
  return [
    conv2d(dy, weight, undefined, window),
    convWeightGradient(dy, x, kernel, window),
    bias && biasGradient(dy),
  ];
};

const convWeightGradientDerivative: Derivative = (g, operation, y) => {
  const [x, dy] = operation.inputs as Pair;
  const dWeight = whole(g, y);
  const { window } = windowOf(operation.attributes);
  return [convInputGradient(dy, dWeight, x, operation), conv2d(x, dWeight, undefined, window)];
};

const poolPlaces = (operation: Operation) => new Value(operation, 1);

const maxPoolDerivative: Derivative = (g, operation, y) => {
  const window = poolWindowOf(operation.attributes);
  return [maxUnpool2d(whole(g, y), poolPlaces(operation), operation.inputs[0]!, window)];
};

const averagePoolDerivative: Derivative = (g, { inputs, attributes }, y) => {
  const counted = attributes.count_include_pad === 1;
  return [averageUnpool2d(whole(g, y), inputs[0]!, poolWindowOf(attributes), counted)];
};

/** Nearest neighbours: each pixel gathers the gradient of its copies. */
const resizeDerivative: Derivative = (g, { inputs }, y) => {
  const [, , height, width] = constants(inputs[2]) as [number, number, number, number];
  const kernel = [height, width] as const;
  const mean = averagePool2d(whole(g, y), { kernel, strides: kernel, pads: [0, 0, 0, 0] });
  return [mul(mean, height * width)];
};

/** Also through its second and third outputs, the mean and 1 / √(variance + ε). */
const layerNormalizationDerivative: Derivative = (g, operation, y, all) => {
  const [x, weight, bias] = operation.inputs as [Value, Value, Value | undefined];
  const [mean, inverse] = [1, 2].map((i) => cast(new Value(operation, i), x.dtype)) as [
    Value,
    Value,
  ];
  const axes = x.shape.map((_, axis) => axis).slice(operation.attributes.axis as number);
  const count = axesSize(x, axes);
  const average = (value: Value) => div(sum(value, { axes, keepDims: true }), count);
  const dy = whole(g, y);
  const normal = mul(sub(x, mean), inverse);
  const isPlain = weight.operation.numbers?.every((each) => each === 1) ?? false;
  const scaled = isPlain ? dy : mul(dy, weight);
  let offset = average(scaled);
  let slope = average(mul(scaled, normal));
  const [, dMean, dInverse] = all.map((each) => each && cast(each, x.dtype));
  if (dMean) offset = sub(offset, div(div(dMean, inverse), count));
  if (dInverse) slope = add(slope, div(mul(dInverse, inverse), count));
  return [
    mul(inverse, sub(sub(scaled, offset), mul(normal, slope))),
    sumTo(mul(dy, normal), weight.shape, y.shape),
    bias && sumTo(dy, bias.shape, y.shape),
  ];
};

/** A tensor of zeros like x. */
const zerosLike = (x: Value) => broadcastLike(constant(0, [], x.dtype), x);

/** The derivative of each operator; one that is missing passes no gradient on. */
export const derivatives: Readonly<Record<string, Derivative>> = {
  Add: binary((g) => [g, g]),
  Sub: binary((g) => [g, negate(g)]),
  Mul: (g, operation, y, all) => {
    const [a, b] = operation.inputs as Pair;
    return a === b ? [mul(mul(g, 2), a), undefined] : product(g, operation, y, all);
  },
  Div: binary((g, [, b], y) => [div(g, b), negate(div(mul(g, y), b))]),
  Pow: binary((g, [a, b], y) => [powerByBase(g, a, b), powerByExponent(g, a, b, y)]),
  Min: binary((g, [a, b]) => [chosen(g, b, a), chosen(g, a, b)]),
  Max: binary((g, [a, b]) => [chosen(g, a, b), chosen(g, b, a)]),

  Neg: unary((g) => negate(g)),
  Abs: unary((g, x) => mul(g, sign(x))),
  Exp: unary((g, _, y) => mul(g, y)),
  Log: unary((g, x) => div(g, x)),
  Sqrt: unary((g, _, y) => div(mul(g, 0.5), y)),
  Reciprocal: unary((g, _, y) => negate(mul(g, square(y)))),
  Sin: unary((g, x) => mul(g, cos(x))),
  Cos: unary((g, x) => negate(mul(g, sin(x)))),
  Tan: unary((g, _, y) => mul(g, add(square(y), 1))),
  Asin: unary((g, x) => div(g, sqrt(oneLessSquare(x)))),
  Acos: unary((g, x) => negate(div(g, sqrt(oneLessSquare(x))))),
  Atan: unary((g, x) => div(g, add(square(x), 1))),
  Sinh: unary((g, x) => mul(g, cosh(x))),
  Cosh: unary((g, x) => mul(g, sinh(x))),
  Tanh: unary((g, _, y) => mul(g, sub(1, square(y)))),
  Asinh: unary((g, x) => div(g, sqrt(add(square(x), 1)))),
  Acosh: unary((g, x) => div(g, sqrt(mul(sub(x, 1), add(x, 1))))),
  Atanh: unary((g, x) => div(g, oneLessSquare(x))),
  Erf: unary((g, x) => mul(g, mul(exp(negate(square(x))), 2 / Math.sqrt(Math.PI)))),
  Sigmoid: unary((g, _, y) => mul(g, mul(y, sub(1, y)))),
  Relu: unary((g, _, y) => mul(g, step(y))),
  LeakyRelu: (g, { inputs, attributes }) => {
    const { float: slope } = attributes.alpha as FloatAttribute;
    return [where(greater(inputs[0]!, 0), g, mul(g, slope))];
  },
  Elu: unary((g, x) => mul(g, exp(minimum(x, 0)))),

  Where: (g, { inputs }, y) => {
    const [condition, a, b] = inputs as [Value, Value, Value];
    return [
      undefined,
      sumTo(where(condition, g, 0), a.shape, y.shape),
      sumTo(where(condition, 0, g), b.shape, y.shape),
    ];
  },
  Clip: (g, { inputs }) => {
    const [x, low, high] = inputs as [Value, Value, Value];
    return [mul(g, indicator(equal(less(x, low), greater(x, high)), g))];
  },
  Cast: (g, { inputs }) => [cast(g, inputs[0]!.dtype)],
  Identity: (g, { vectorJacobian }) => vectorJacobian!(g),

  ReduceSum: (g, operation) => [unreduced(g, operation, axesOf(operation))],
  ReduceMax: extremum,
  ReduceMin: extremum,
  ReduceProd: (g, operation) => {
    // The product of the others: where one is 0, all but its own derivative are 0.
    const x = operation.inputs[0]!;
    const axes = axesOf(operation);
    const kept = { axes, keepDims: true };
    const isZero = equal(x, 0);
    const others = where(isZero, 1, x);
    const zeros = indicator(isZero, g);
    const remains = indicator(equal(zeros, sum(zeros, kept)), g);
    const partial = mul(div(prod(others, kept), others), remains);
    return [mul(unreduced(g, operation, axes), partial)];
  },
  Softmax: (g, { attributes }, y) => {
    const gy = mul(g, y);
    const axes = [attributes.axis as number];
    return [sub(gy, mul(y, sum(gy, { axes, keepDims: true })))];
  },
  LogSoftmax: (g, { attributes }, y) => {
    const dy = whole(g, y);
    const axes = [attributes.axis as number];
    return [sub(dy, mul(exp(y), sum(dy, { axes, keepDims: true })))];
  },
  CumSum: (g, { inputs, attributes }, y) => [
    cumulativeSum(whole(g, y), constants(inputs[1])[0]!, { reverse: attributes.reverse === 0 }),
  ],

  MatMul: (g, { inputs }, y) => {
    const [a, b] = inputs as Pair;
    const dy = whole(g, y);
    const batched = (x: Value) => [...y.shape.slice(0, -2), ...x.shape.slice(-2)];
    return [
      sumTo(matmul(dy, flip(b)), a.shape, batched(a)),
      sumTo(matmul(flip(a), dy), b.shape, batched(b)),
    ];
  },
  Gemm: gemmDerivative,
  Conv: convDerivative,
  ConvTranspose: convTransposeDerivative,
  ConvWeightGradient: convWeightGradientDerivative,
  MaxPool: maxPoolDerivative,
  MaxUnpool: (g, { inputs }, y) => [takeFlat(whole(g, y), inputs[1]!)],
  AveragePool: averagePoolDerivative,
  Resize: resizeDerivative,
  LayerNormalization: layerNormalizationDerivative,

  Reshape: (g, { inputs }, y) => [reshape(whole(g, y), inputs[0]!.shape)],
  Squeeze: (g, { inputs }, y) => [unsqueeze(whole(g, y), constants(inputs[1]))],
  Unsqueeze: (g, { inputs }, y) => [squeeze(whole(g, y), constants(inputs[1]))],
  Transpose: (g, { attributes }, y) => {
    const order = attributes.perm as readonly number[];
    return [
      transpose(
        whole(g, y),
        order.map((_, axis) => order.indexOf(axis)),
      ),
    ];
  },
  Expand: (g, { inputs }, y) => [sumTo(g, inputs[0]!.shape, y.shape)],
  Concat: (g, { inputs, attributes }, y) => {
    const axis = attributes.axis as number;
    const dy = whole(g, y);
    let start = 0;
    return inputs.map((part) => {
      const end = start + (part!.shape[axis] as number);
      const range = { axis, start, end };
      start = end;
      return slice(dy, [range]);
    });
  },
  Split: (_, operation, __, all) => {
    const parts = operation.outputs.map((___, index) => {
      const part = new Value(operation, index);
      const g = all[index];
      return g ? whole(g, part) : zerosLike(part);
    });
    return [concat(parts, operation.attributes.axis as number)];
  },
  Slice: sliceDerivative,
  Pad: (g, { inputs }, y) => {
    const counts = constants(inputs[1]);
    const { shape } = inputs[0]!;
    const ranges = shape.flatMap((dimension, axis) =>
      typeof dimension === 'number'
        ? [{ axis, start: counts[axis]!, end: counts[axis]! + dimension }]
        : [],
    );
    return [slice(whole(g, y), ranges)];
  },
  Gather: (g, { inputs, attributes }, y) => {
    const [x, at] = inputs as Pair;
    const axis = attributes.axis as number;
    const rank = x.shape.length;
    const places = at.shape.length;
    // One axis of places, then broadcast over the other axes, so that each update has its index.
    const dy = reshape(whole(g, y), [
      ...x.shape.slice(0, axis),
      elementCountOf(at),
      ...x.shape.slice(axis + 1),
    ]);
    const flat = places === 1 ? at : reshape(at, [-1]);
    const others = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis);
    const index = broadcastLike(cast(unsqueeze(flat, others), 'int64'), dy);
    return [scatterAdd(zerosLike(x), index, dy, axis)];
  },
  GatherElements: (g, { inputs, attributes }, y) => {
    const [x, at] = inputs as Pair;
    return [scatterAdd(zerosLike(x), at, whole(g, y), attributes.axis as number)];
  },
  ScatterElements: (g, { inputs, attributes }, y) => {
    const dy = whole(g, y);
    return [dy, undefined, gatherElements(dy, inputs[1]!, attributes.axis as number)];
  },
};

function elementCountOf(at: Value): number | string {
  const flat = at.shape.length === 1 ? at : reshape(at, [-1]);
  return flat.shape[0]!;
}

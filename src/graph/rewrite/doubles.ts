import { gaussLegendre } from '../../base/quadrature.js';
import { windowOf } from '../operators/convolution.js';
import {
  abs,
  add,
  asin,
  atan,
  cast,
  clip,
  concat,
  conv2d,
  convTranspose2d,
  cos,
  div,
  equal,
  exp,
  greater,
  less,
  log,
  matmul,
  minimum,
  mul,
  negate,
  or,
  pad,
  sign,
  sin,
  slice,
  split,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  unsqueeze,
  where,
} from '../operators/index.js';
import { poolWindowOf, windowShares } from '../operators/pooling.js';
import { constant, type Operation, type Value } from '../value.js';
import { reshape } from './folded.js';
import type { Rule, Rules } from './rewrite.js';

/*
 * Operators of which ONNX Runtime has no float64 kernel, by others, to the last digits but one or two.
 */

/** log(1 + x) with the error of 1 + x taken back (Kahan; Higham 2002, §1.14.1). */
function log1p(x: Value): Value {
  const one = add(x, 1);
  const isPlain = or(equal(one, 1), equal(one, Infinity));
  return where(isPlain, x, mul(log(one), div(x, sub(one, 1))));
}

/** Beyond this, 1 is nothing beside x². */
const large = 2 ** 28;

/** Gives log 2x where x is large: the logarithm that both inverse functions come to. */
const unlessLarge = (x: Value, otherwise: Value) =>
  where(greater(x, large), add(log(x), Math.LN2), otherwise);

const asinh64 = (x: Value) => {
  const size = abs(x);
  const small = minimum(size, large);
  const root = sqrt(add(square(small), 1));
  const inner = add(small, div(square(small), add(root, 1)));
  return mul(sign(x), unlessLarge(size, log1p(inner)));
};

const acosh64 = (x: Value) => {
  const over = sub(minimum(x, large), 1);
  return unlessLarge(x, log1p(add(over, sqrt(mul(over, add(over, 2))))));
};

const atanh64 = (x: Value) => {
  const size = abs(x);
  return mul(sign(x), mul(log1p(div(mul(size, 2), sub(1, size))), 0.5));
};

/** ½ eˣ and ½ e⁻ˣ for x ≥ 0; the first is finite wherever sinh and cosh are. */
function halfPowers(size: Value): [Value, Value] {
  const root = exp(mul(size, 0.5));
  return [mul(mul(root, 0.5), root), mul(exp(negate(size)), 0.5)];
}

const sinh64 = (x: Value) => {
  const size = abs(x);
  const [rising, falling] = halfPowers(size);
  // Near 0 the powers cancel each other.
  const t = tanh(mul(minimum(size, 1), 0.5));
  const near = div(mul(t, 2), sub(1, square(t)));
  return mul(sign(x), where(less(size, 1), near, sub(rising, falling)));
};

const cosh64 = (x: Value) => {
  const [rising, falling] = halfPowers(abs(x));
  return add(rising, falling);
};

/** A function of x in float32, as a first guess. */
const guess = (f: (x: Value) => Value, x: Value) => cast(f(cast(x, 'float32')), 'float64');

/** y + atan((x − tan y) / (1 + x tan y)) for a guess y, whose error is so small that atan t = t. */
const atan64 = (given: Value) => {
  const x = clip(given, -1e300, 1e300);
  const y = guess(atan, x);
  const [sine, cosine] = [sin(y), cos(y)];
  return add(y, div(sub(mul(x, cosine), sine), add(cosine, mul(x, sine))));
};

/** y + asin(x cos y − √(1 − x²) sin y) for a guess y, whose error is at most 10⁻³. */
const asin64 = (x: Value) => {
  const y = guess(asin, x);
  const root = sqrt(mul(sub(1, x), add(x, 1)));
  const error = sub(mul(x, cos(y)), mul(root, sin(y)));
  const cubed = mul(square(error), error);
  return add(y, add(error, mul(cubed, 1 / 6)));
};

/** 2 asin √((1 − x) / 2), which keeps its digits where it is near 0. */
const acos64 = (x: Value) => mul(asin64(sqrt(mul(sub(1, x), 0.5))), 2);

/** From here on erf x is 1. */
const erfOne = 6;

/** erf x = 2x / √π ∫₀¹ exp(−x² t²) dt, by Gauss's quadrature. */
const erf64 = (given: Value) => {
  const x = clip(given, -erfOne, erfOne);
  const { nodes, weights } = gaussLegendre(48);
  const list = (values: readonly number[]) => constant(values, [values.length], 'float64');
  const squares = list(nodes.map((t) => -(t ** 2)));
  const powers = exp(mul(unsqueeze(square(x), [-1]), squares));
  const integral = sum(mul(powers, list(weights)), { axes: [-1] });
  return mul(mul(x, 2 / Math.sqrt(Math.PI)), integral);
};

/** The pads of windows as products with each window's shares of rows and of columns. */
function averagePool64({ inputs, outputs, attributes }: Operation): Value {
  const x = inputs[0]!;
  const window = poolWindowOf(attributes);
  const along = (axis: 0 | 1) => {
    const [size, pooled] = [x.shape[axis + 2], outputs[0]!.shape[axis + 2]] as [number, number];
    const counted = attributes.count_include_pad === 1;
    return windowShares(axis, size, pooled, window, counted, x.dtype, axis === 1);
  };
  return matmul(along(0), matmul(x, along(1)));
}

/** Each pixel repeated. */
function resize64({ inputs, outputs }: Operation): Value {
  const x = inputs[0]!;
  const [batch, channels, height, width] = x.shape;
  const [, , down, across] = Array.from(inputs[2]!.operation.numbers!, Number) as [
    number,
    number,
    number,
    number,
  ];
  const apart = reshape(x, [batch!, channels!, height!, 1, width!, 1]);
  const ones = constant(new Float64Array(down * across).fill(1), [down, 1, across], 'float64');
  return reshape(mul(apart, ones), outputs[0]!.shape);
}

/** A kernel with zeros between its taps, in the place of dilation. */
function spread(weight: Value, [down, across]: readonly [number, number]): Value {
  const [a, b, height, width] = weight.shape as readonly [number, number, number, number];
  const apart = reshape(weight, [a, b, height, 1, width, 1]);
  const padded = pad(apart, [0, 0, 0, 0, 0, 0], [0, 0, 0, down - 1, 0, across - 1]);
  return slice(reshape(padded, [a, b, height * down, width * across]), [
    { axis: 2, end: (height - 1) * down + 1 },
    { axis: 3, end: (width - 1) * across + 1 },
  ]);
}

/** A convolution, transposed or not, with each group by itself and without dilation. */
function inGroups(operation: Operation): Value | undefined {
  const { type, inputs, attributes, outputs } = operation;
  const { window } = windowOf(attributes);
  const [x, weight, bias] = inputs as [Value, Value, Value | undefined];
  const isPlain = window.groups === 1 && window.dilations.every((each) => each === 1);
  if (isPlain || (type === 'Conv' && window.groups === 1)) return undefined;
  const parts = (value: Value, axis: number) =>
    split(
      value,
      new Array<number>(window.groups).fill((value.shape[axis] as number) / window.groups),
      axis,
    );
  const plain = { ...window, groups: 1 };
  const [images, weights] = [parts(x, 1), parts(weight, 0)];
  const biases = bias && parts(bias, 0);
  const padding = attributes.output_padding as [number, number];
  const convolved = images.map((image, i) =>
    type === 'Conv'
      ? conv2d(image, weights[i]!, biases?.[i], plain)
      : convTranspose2d(
          image,
          spread(weights[i]!, window.dilations),
          biases?.[i],
          { ...plain, dilations: [1, 1] },
          padding,
        ),
  );
  const y = concat(convolved, 1);
  return reshape(y, outputs[0]!.shape);
}

const tan64 = (x: Value) => div(sin(x), cos(x));

/** A rule for operations on float64 values alone. */
const doubles =
  (rule: (operation: Operation) => Value | undefined): Rule =>
  (operation) => {
    const y = operation.outputs[0]!.dtype === 'float64' ? rule(operation) : undefined;
    return y && [y];
  };

const unary = (f: (x: Value) => Value) => doubles(({ inputs }) => f(inputs[0]!));

export const doubleRules: Rules = {
  Acos: unary(acos64),
  Acosh: unary(acosh64),
  Asin: unary(asin64),
  Asinh: unary(asinh64),
  Atan: unary(atan64),
  Atanh: unary(atanh64),
  AveragePool: doubles(averagePool64),
  Conv: doubles(inGroups),
  ConvTranspose: doubles(inGroups),
  Cosh: unary(cosh64),
  Erf: unary(erf64),
  Resize: doubles(resize64),
  Sinh: unary(sinh64),
  Tan: unary(tan64),
};

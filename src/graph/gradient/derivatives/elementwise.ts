import {
  add,
  and,
  cast,
  cos,
  cosh,
  div,
  equal,
  exp,
  greater,
  greaterOrEqual,
  less,
  log,
  minimum,
  mul,
  negate,
  or,
  pow,
  sign,
  sin,
  sinh,
  sqrt,
  square,
  step,
  sub,
  where,
} from '../../operators/index.js';
import { constant, type FloatAttribute, scalarOf, type Value } from '../../value.js';
import { type Derivative, type Derivatives, indicator, type Pair, sumTo } from './derivative.js';

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

/** Half of the gradient where the operands are equal, all of it to the one that was chosen. */
const chosen = (g: Value, a: Value, b: Value) =>
  mul(g, mul(add(indicator(greater(a, b), g), indicator(greaterOrEqual(a, b), g)), 0.5));

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

/** Derivatives of operators that treat each element by itself. */
export const elementwiseDerivatives: Derivatives = {
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
};

import { currentOrigin } from '../origin.js';
import {
  apply,
  broadcastShapes,
  constant,
  type DType,
  isFloat,
  lift,
  type Operand,
  requireDType,
  requireSameDType,
  scalarOf,
  Value,
} from '../value.js';

function unary(type: string) {
  return (x: Value): Value => {
    requireDType(x, 'floating-point values', type);
    return apply(type, [x], { dtype: x.dtype, shape: x.shape });
  };
}

function sameType(type: string, a: Operand, b: Operand): [Value, Value] {
  const [left, right] = lift(a, b);
  requireSameDType(left, right, type);
  return [left, right];
}

function binary(type: string, fold: (a: number, b: number) => number) {
  return (a: Operand, b: Operand): Value => {
    const [left, right] = sameType(type, a, b);
    requireDType(left, 'numbers', type);
    const { dtype } = left;
    const [x, y] = [scalarOf(left), scalarOf(right)];
    if (x !== undefined && y !== undefined) {
      const folded = fold(x, y);
      return constant(isFloat(dtype) ? folded : Math.trunc(folded), [], dtype);
    }
    return apply(type, [left, right], {
      dtype,
      shape: broadcastShapes(left.shape, right.shape, type),
    });
  };
}

function comparison(type: string, kind?: 'numbers' | 'bools') {
  return (a: Operand, b: Operand): Value => {
    const [left, right] = sameType(type, a, b);
    if (kind) requireDType(left, kind, type);
    return apply(type, [left, right], {
      dtype: 'bool',
      shape: broadcastShapes(left.shape, right.shape, type),
    });
  };
}

const rawAdd = binary('Add', (a, b) => a + b);
const rawSub = binary('Sub', (a, b) => a - b);
const rawMul = binary('Mul', (a, b) => a * b);
const rawDiv = binary('Div', (a, b) => a / b);

const isNumber = (operand: Operand, number: number) =>
  operand === number || (operand instanceof Value && scalarOf(operand) === number);

/** a + b */
export function add(a: Operand, b: Operand): Value {
  if (a instanceof Value && isNumber(b, 0)) return a;
  if (b instanceof Value && isNumber(a, 0)) return b;
  return rawAdd(a, b);
}

/** a − b */
export function sub(a: Operand, b: Operand): Value {
  return a instanceof Value && isNumber(b, 0) ? a : rawSub(a, b);
}

/** a · b, element by element */
export function mul(a: Operand, b: Operand): Value {
  if (a instanceof Value && isNumber(b, 1)) return a;
  if (b instanceof Value && isNumber(a, 1)) return b;
  return rawMul(a, b);
}

/** a / b */
export function div(a: Operand, b: Operand): Value {
  return a instanceof Value && isNumber(b, 1) ? a : rawDiv(a, b);
}

/** aᵇ */
export const pow = binary('Pow', (a, b) => a ** b);
/** The smaller of each pair; at a tie the gradient goes to both in halves. */
export const minimum = binary('Min', Math.min);
/** The larger of each pair; at a tie the gradient goes to both in halves. */
export const maximum = binary('Max', Math.max);

export const negate = unary('Neg');
export const abs = unary('Abs');
export const exp = unary('Exp');
export const log = unary('Log');
export const sqrt = unary('Sqrt');
export const reciprocal = unary('Reciprocal');
export const floor = unary('Floor');
export const ceil = unary('Ceil');
/** Rounds to the nearest integer, halves to even. */
export const round = unary('Round');
export const sign = unary('Sign');
export const sin = unary('Sin');
export const cos = unary('Cos');
export const tan = unary('Tan');
export const asin = unary('Asin');
export const acos = unary('Acos');
export const atan = unary('Atan');
export const sinh = unary('Sinh');
export const cosh = unary('Cosh');
export const tanh = unary('Tanh');
export const asinh = unary('Asinh');
export const acosh = unary('Acosh');
export const atanh = unary('Atanh');
/** The error function. */
export const erf = unary('Erf');
/**
 * σ(x) = 1 / (1 + exp(−x)) in one pass, within 10⁻⁷: in float32 the runtime's operator is 17 % off at
 * −15. For results near 1, or added to numbers near 1; elsewhere use `sigmoid`, which has all digits.
 */
export const logistic = unary('Sigmoid');
/** max(x, 0); its derivative at 0 is 0. */
export const relu = unary('Relu');

/**
 * 1 where x > 0, else 0, in x's dtype: the derivative of relu. In float32 as a clipped steep line,
 * which takes a quarter of the time of a sign.
 */
export function step(x: Value): Value {
  requireDType(x, 'floating-point values', 'step');
  if (x.dtype === 'float64') return relu(sign(x));
  return apply('HardSigmoid', [x], x, { alpha: { float: 3e38 }, beta: { float: 0 } });
}

/** x where positive, else slope · x; its derivative at 0 is the slope. */
export function leakyRelu(x: Value, slope = 0.01): Value {
  requireDType(x, 'floating-point values', 'LeakyRelu');
  // The operator's slope is a float32 number.
  if (x.dtype === 'float64') return where(greater(x, 0), x, mul(x, slope));
  return apply('LeakyRelu', [x], { dtype: x.dtype, shape: x.shape }, { alpha: { float: slope } });
}

/** x where positive, else exp(x) − 1 (Clevert et al. 2016, eq. 13). */
export const elu = unary('Elu');

/** x² */
export function square(x: Value): Value {
  return mul(x, x);
}

/** σ(x) = 1 / (1 + exp(−x)), to the last digits also where it is tiny. */
export function sigmoid(x: Value): Value {
  requireDType(x, 'floating-point values', 'sigmoid');
  const s = reciprocal(add(exp(negate(x)), 1));
  return withGradient(s, [x], (gradient) => [mul(gradient, mul(s, sub(1, s)))]);
}

/**
 * log(1 + exp(x)), to the last digits also where it is tiny: max(x, 0) + log(1 + e), e = exp(−|x|),
 * with the digits of e put back that 1 + e loses. The runtime's operator takes five times as long. The
 * derivative is σ(x) = exp(min(x, 0) − log(1 + e)).
 */
export function softplus(x: Value): Value {
  requireDType(x, 'floating-point values', 'softplus');
  const power = exp(minimum(x, negate(x)));
  const one = add(power, 1);
  const lost = sub(power, sub(one, 1));
  const rest = add(log(one), div(lost, one));
  return withGradient(add(relu(x), rest), [x], (gradient) => [
    mul(gradient, exp(sub(minimum(x, 0), rest))),
  ]);
}

export const greater = comparison('Greater', 'numbers');
export const greaterOrEqual = comparison('GreaterOrEqual', 'numbers');
export const less = comparison('Less', 'numbers');
export const lessOrEqual = comparison('LessOrEqual', 'numbers');
export const equal = comparison('Equal');

export const and = comparison('And', 'bools');
export const or = comparison('Or', 'bools');
export const xor = comparison('Xor', 'bools');

/** The opposite of each bool. */
export function not(x: Value): Value {
  requireDType(x, 'bools', 'Not');
  return apply('Not', [x], { dtype: 'bool', shape: x.shape });
}

/** `a` where the condition (bool) holds, else `b`; all three broadcast. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  requireDType(condition, 'bools', 'Where');
  const [left, right] = sameType('Where', a, b);
  requireDType(left, 'values other than bools', 'Where');
  const shape = broadcastShapes(left.shape, right.shape, 'Where');
  return apply('Where', [condition, left, right], {
    dtype: left.dtype,
    shape: broadcastShapes(condition.shape, shape, 'Where'),
  });
}

/** x held between `low` and `high`; outside them its derivative is 0. */
export function clip(x: Value, low: number, high: number): Value {
  requireDType(x, 'numbers', 'Clip');
  return apply('Clip', [x, constant(low, [], x.dtype), constant(high, [], x.dtype)], {
    dtype: x.dtype,
    shape: x.shape,
  });
}

/** The tensor type codes of ONNX (TensorProto.DataType). */
export const dtypeCodes: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** x in another dtype. */
export function cast(x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x;
  return apply('Cast', [x], { dtype, shape: x.shape }, { to: dtypeCodes[dtype] });
}

/** x · scale as float32, for uint8 x, in one pass. */
export function dequantize(x: Value, scale: number): Value {
  requireDType(x, 'uint8 values', 'dequantize');
  return apply('DequantizeLinear', [x, constant(scale)], { dtype: 'float32', shape: x.shape });
}

/** x, taken as a constant by differentiation. */
export function stopGradient(x: Value): Value {
  return withGradient(x, [], () => []);
}

/**
 * `value` with a derivative given by hand, where the one derived from its formula would be slow or
 * would lose precision.
 * @param inputs the values that `value` is differentiated by
 * @param vectorJacobian from the gradient of `value` to the gradient of each of `inputs`. A gradient
 *   may be smaller than its value, as long as it broadcasts to it: use
 *   `broadcastLike(gradient, value)` where the formula needs it whole
 */
export function withGradient(
  value: Value,
  inputs: readonly Value[],
  vectorJacobian: (gradient: Value) => readonly (Value | undefined)[],
): Value {
  return new Value({
    type: 'Identity',
    inputs: [value, ...inputs],
    attributes: {},
    outputs: [{ dtype: value.dtype, shape: value.shape }],
    origin: currentOrigin(),
    vectorJacobian: (gradient) => [undefined, ...vectorJacobian(gradient)],
  });
}

import { operators } from '../kernel/expression.js';
import { type Bytes, vector } from '../kernel/wasm.js';
import type { Attributes, FloatAttribute } from '../value.js';
import type { Computed, Numbers } from './arrays.js';
import { bits, more } from './code.js';

/*
 * Functions of single numbers as instructions for four at a time. Polynomials are those of Moshier's Cephes library
 * (single precision), and of Eigen for tanh; results are within some units of the last digit of the runtime's.
 */

const by =
  (...instructions: readonly Bytes[]) =>
  (...inputs: readonly Numbers[]): Computed => ({
    kind: 'computed',
    shape: inputs.find((input) => input.kind !== 'same')?.shape ?? [],
    inputs,
    code: (given) => [...given, ...instructions].flat(),
  });

const same = (value: number): Numbers => ({ kind: 'same', value });
const pattern = (value: number): Numbers => by(bits(value))();

const add = by(vector.add);
const subtract = by(vector.subtract);
const multiply = by(vector.multiply);
const divide = by(vector.divide);
const less = by(vector.less);
const greater = by(vector.greater);
const equal = by(vector.equal);
const and = by(vector.and);
const or = by(vector.or);
const atMost = by(more.atMost);
const atLeast = by(more.atLeast);
const addBits = by(more.addBits);
const choose = by(vector.select);

const clip = (x: Numbers, low: number, high: number) => atLeast(atMost(x, same(high)), same(low));

/**
 * A polynomial, its highest factor first, by Estrin's scheme: its parts do not wait for one another as in Horner's.
 * @param factors at least two
 */
function polynomial(x: Numbers, factors: readonly number[]): Numbers {
  let terms: Numbers[] = factors.toReversed().map(same);
  for (let power = x; terms.length > 1; power = multiply(power, power)) {
    const own = power;
    terms = Array.from({ length: Math.ceil(terms.length / 2) }, (_, i) => {
      const [low, high] = [terms[2 * i]!, terms[2 * i + 1]];
      return high ? add(low, multiply(high, own)) : low;
    });
  }
  return terms[0]!;
}

const ln2 = { high: 0.693359375, low: -2.1219444e-4 };

/** 1.5 · 2²³: a number beside which it is as good as whole, in its last bits. */
const shift = 12582912;

/** Factors of p with the least relative error of eˣ = 1 + x + x² · p(x), for |x| up to half of log 2: 3 · 10⁻⁹. */
const expFactors = [1.381454058e-3, 8.368745446e-3, 4.166838899e-2, 0.1666652113, 0.4999999404];

/** The same of one degree less: 1.05 · 10⁻⁷. */
const fewerFactors = [8.312501013e-3, 4.189033061e-2, 0.1666711569, 0.499992311];

/** 1 + x + x² · p(x) */
const nearOne = (x: Numbers, factors: readonly number[]) =>
  add(add(multiply(polynomial(x, factors), multiply(x, x)), x), same(1));

/** eˣ. The factor 2ⁿ goes in two halves, as n may be one that no number has as its exponent. */
function exp(x: Numbers): Numbers {
  const held = clip(x, -104, 88.8);
  const shifted = add(multiply(held, same(Math.LOG2E)), same(shift));
  const whole = subtract(shifted, same(shift));
  const rest = subtract(
    subtract(held, multiply(whole, same(ln2.high))),
    multiply(whole, same(ln2.low)),
  );
  const p = nearOne(rest, expFactors);
  const n = by(more.subtractBits)(shifted, same(shift));
  const half = by(more.rightSigned(1))(n);
  const factor = (exponent: Numbers) => by(more.left(23))(addBits(exponent, pattern(127)));
  const other = by(more.subtractBits)(n, half);
  return multiply(multiply(p, factor(half)), factor(other));
}

const smallestNormal = 2 ** -126;

function log(x: Numbers): Numbers {
  const isTiny = less(x, same(smallestNormal));
  const large = choose(multiply(x, same(2 ** 23)), x, isTiny);
  const raised = by(more.right(23))(large);
  const exponent = by(more.toFloats)(by(more.subtractBits)(raised, pattern(126)));
  const mantissa = or(and(large, pattern(0x007fffff)), pattern(0x3f000000));
  const isLow = less(mantissa, same(Math.SQRT1_2));
  const m = subtract(add(mantissa, and(mantissa, isLow)), same(1));
  const lowered = subtract(exponent, and(same(1), isLow));
  const e = subtract(lowered, and(same(23), isTiny));
  const square = multiply(m, m);
  const factors = [
    7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
    -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
  ];
  const curve = multiply(multiply(m, square), polynomial(m, factors));
  const small = add(curve, multiply(e, same(ln2.low)));
  const sum = add(m, subtract(small, multiply(square, same(0.5))));
  const result = add(sum, multiply(e, same(ln2.high)));
  const ofZero = choose(same(-Infinity), same(Number.NaN), equal(x, same(0)));
  const finite = choose(result, ofZero, greater(x, same(0)));
  return choose(same(Infinity), finite, equal(x, same(Infinity)));
}

/**
 * 1 / (1 + e⁻ˣ), within 10⁻⁷, and 5 · 10⁻⁶ of itself. e⁻ˣ is a normal number, whose exponent takes n as it is,
 * and n is so small that log 2 needs no second part.
 */
function sigmoid(x: Numbers): Numbers {
  const held = clip(x, -87.3, 86);
  const shifted = add(multiply(held, same(-Math.LOG2E)), same(shift));
  const n = subtract(shifted, same(shift));
  const rest = subtract(multiply(n, same(-Math.LN2)), held);
  const power = addBits(nearOne(rest, fewerFactors), by(more.left(23))(shifted));
  return divide(same(1), add(power, same(1)));
}

function tanh(x: Numbers): Numbers {
  const held = clip(x, -7.905311107635498, 7.905311107635498);
  const square = multiply(held, held);
  const above = polynomial(
    square,
    [
      -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8,
      1.48572235717979e-5, 6.37261928875436e-4, 4.89352455891786e-3,
    ],
  );
  const below = polynomial(
    square,
    [1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3],
  );
  const ratio = divide(multiply(held, above), below);
  return choose(x, ratio, less(by(vector.absolute)(x), same(4e-4)));
}

/** Tells whether a sum or difference of a number and another one is a number wherever that one is. */
const followsFrom = (sum: Numbers, other: Numbers) =>
  sum.kind === 'computed' &&
  (sum.code === operators.Sub || sum.code === operators.Add) &&
  sum.inputs.every((input) => input === other || input.kind === 'same');

/** The larger or smaller of two, or what is not a number among them. */
function extreme(a: Numbers, b: Numbers, better: typeof atLeast): Numbers {
  if (b.kind === 'same' || followsFrom(b, a)) return better(a, b);
  if (a.kind === 'same' || followsFrom(a, b)) return better(b, a);
  return choose(b, better(a, b), by(vector.unlike)(b, b));
}

const isPositive = (x: Numbers) => greater(x, same(0));
const float = (attributes: Attributes, name: string) => (attributes[name] as FloatAttribute).float;

type Composed = (inputs: readonly Numbers[], attributes: Attributes) => Numbers;

/** Operators of single numbers, by their names. */
const composed: Readonly<Record<string, Composed>> = {
  Ceil: ([x]) => by(more.ceil)(x!),
  Clip: ([x, low, high]) => atLeast(atMost(x!, high!), low!),
  DequantizeLinear: ([x, scale]) => multiply(x!, scale!),
  Elu: ([x]) => choose(x!, subtract(exp(x!), same(1)), isPositive(x!)),
  Exp: ([x]) => exp(x!),
  Floor: ([x]) => by(more.floor)(x!),
  HardSigmoid: ([x], attributes) =>
    clip(
      add(multiply(x!, same(float(attributes, 'alpha'))), same(float(attributes, 'beta'))),
      0,
      1,
    ),
  LeakyRelu: ([x], attributes) =>
    choose(x!, multiply(x!, same(float(attributes, 'alpha'))), isPositive(x!)),
  Log: ([x]) => log(x!),
  Max: ([a, b]) => extreme(a!, b!, atLeast),
  Min: ([a, b]) => extreme(a!, b!, atMost),
  Reciprocal: ([x]) => divide(same(1), x!),
  Relu: ([x]) => atLeast(x!, same(0)),
  Round: ([x]) => by(more.nearest)(x!),
  Sigmoid: ([x]) => sigmoid(x!),
  Tanh: ([x]) => tanh(x!),
};

/** The results of an operator of single numbers; undefined where it is none that is known here. */
export function computedBy(
  type: string,
  inputs: readonly Numbers[],
  shape: readonly number[],
  attributes: Attributes,
): Numbers | undefined {
  const own = composed[type]?.(inputs, attributes);
  const code = operators[type];
  return own ?? (code && { kind: 'computed', shape, inputs, code });
}
